import { useEffect, useState } from 'react'
import { api, isProblem } from '../../../console/kit/api.ts'
import type { Kind, Preview } from '../contract.ts'
import type { Faults } from './forms/parts.tsx'

type Previewing = { answer: Preview | undefined; asking: boolean; failure: unknown; faults: Faults }

const none: Faults = {}

/** What a definition would give, a moment after the last change; what was asked of an earlier one is stopped. */
export function usePreview(kind: Kind, draft: Record<string, unknown>): Previewing {
  const [state, set] = useState<Previewing>({ answer: undefined, asking: false, failure: undefined, faults: none })
  const asked = JSON.stringify(draft)
  useEffect(() => {
    const left = new AbortController()
    const ask = async () => {
      set((before) => ({ ...before, asking: true }))
      try {
        const definition = JSON.parse(asked) as Record<string, unknown>
        const answer = await api.post<Preview>('/api/tags/preview', { kind, definition }, left.signal)
        if (!left.signal.aborted) set({ answer, asking: false, failure: undefined, faults: none })
      } catch (failure) {
        if (left.signal.aborted) return
        const fields = isProblem(failure) ? failure.fields : []
        const faults = Object.fromEntries(fields.map(({ field, message }) => [field, message]))
        set({ answer: undefined, asking: false, failure, faults })
      }
    }
    const timer = setTimeout(() => void ask(), 600)
    return () => {
      clearTimeout(timer)
      left.abort()
    }
  }, [kind, asked])
  return state
}
