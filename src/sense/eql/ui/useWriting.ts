import { useEffect, useState } from 'react'
import type { CheckedText, Estimate } from '../contract.ts'
import type { Writer } from './writer.ts'

export type Writing = {
  checked: CheckedText | undefined
  estimate: Estimate | undefined
  /** Sampled first, then exactly. */
  counting: boolean
  failure: unknown
}

const empty: Writing = { checked: undefined, estimate: undefined, counting: false, failure: undefined }

/** What the text says and finds, a moment after the last letter; what was asked of an earlier text is stopped. */
export function useWriting(text: string, writer: Writer): Writing {
  const [writing, set] = useState<Writing>(empty)
  useEffect(() => {
    const left = new AbortController()
    const { signal } = left
    const say = (part: Partial<Writing>) => {
      if (!signal.aborted) set((before) => ({ ...before, ...part }))
    }
    const ask = async () => {
      try {
        const checked = await writer.check(text, signal)
        say({ checked, failure: undefined })
        if (!checked.ok) return say({ estimate: undefined, counting: false })
        say({ counting: true })
        const rough = await writer.estimate(text, false, signal)
        say({ estimate: rough })
        if (!rough.exact) {
          const exact = await writer.estimate(text, true, signal)
          say({ estimate: { ...exact, parts: rough.parts } })
        }
        say({ counting: false })
      } catch (failure) {
        say({ failure, counting: false })
      }
    }
    if (text.trim() === '') set(empty)
    const timer = setTimeout(() => void (text.trim() === '' ? undefined : ask()), 400)
    return () => {
      clearTimeout(timer)
      left.abort()
    }
  }, [text, writer])
  return writing
}
