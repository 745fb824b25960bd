import { api } from '../../../console/kit/api.ts'
import type { CheckedText, Estimate, Suggestion } from '../contract.ts'

/** Who answers for a rule while it is written. Made once, outside of components: a new one asks everything anew. */
export type Writer = {
  check(text: string, signal: AbortSignal): Promise<CheckedText>
  complete(text: string, offset: number): Promise<Suggestion[]>
  estimate(text: string, exact: boolean, signal: AbortSignal): Promise<Estimate>
}

/** The endpoints `check`, `complete` and `estimate` below a path: `writerAt('/api/segments/rule')`. */
export function writerAt(path: string): Writer {
  return {
    check: (text, signal) => api.post(`${path}/check`, { text }, signal),
    async complete(text, offset) {
      return (await api.post<{ items: Suggestion[] }>(`${path}/complete`, { text, offset })).items
    },
    estimate: (text, exact, signal) => api.post(`${path}/estimate`, exact ? { text, exact } : { text }, signal),
  }
}
