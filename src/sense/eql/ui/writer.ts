import { api } from '../../../console/kit/api.ts'
import type { CheckedText, Estimate, Estimating, Suggestion } from '../contract.ts'

/** Who answers for a rule while it is written. Made once, outside of components: a new one asks everything anew. */
export type Writer = {
  /** Where the endpoints stand; `schema` and `values` are asked there too. */
  path: string
  check(text: string, signal: AbortSignal): Promise<CheckedText>
  complete(text: string, offset: number): Promise<Suggestion[]>
  estimate(asking: Estimating, signal: AbortSignal): Promise<Estimate>
}

/** The endpoints `check`, `complete`, `estimate`, `schema` and `values` below a path: `writerAt('/api/segments/rule')`. */
export function writerAt(path: string): Writer {
  return {
    path,
    check: (text, signal) => api.post(`${path}/check`, { text }, signal),
    async complete(text, offset) {
      return (await api.post<{ items: Suggestion[] }>(`${path}/complete`, { text, offset })).items
    },
    estimate: (asking, signal) => api.post(`${path}/estimate`, asking, signal),
  }
}
