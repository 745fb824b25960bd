import { useEffect, useState } from 'react'
import type { CheckedText, Estimate, Estimated, Rule } from '../contract.ts'
import type { Writer } from './writer.ts'

export type Writing = {
  checked: CheckedText | undefined
  estimate: Estimate | undefined
  /** Of parts by the keys they were asked with; what was counted before stands until it is counted anew. */
  counted: ReadonlyMap<string, Estimated>
  /** Sampled first, then exactly. */
  counting: boolean
  failure: unknown
}

/** A tree as far as it can be counted, with the parts that are to be counted by themselves. `key`: what a part is known by. */
export type Counting = { rule: Rule | null; parts: readonly { path: string; key: string }[] }

const empty: Writing = {
  checked: undefined,
  estimate: undefined,
  counted: new Map(),
  counting: false,
  failure: undefined,
}

/** Parts that one question may ask for. */
const mostParts = 100

/**
 * What a rule says and finds, a moment after the last change; what was asked of an earlier one is stopped. With a tree that is
 * what is counted, though some of the text cannot be understood yet; without one the text, when it is whole.
 */
export function useWriting(text: string, writer: Writer, tree: Counting | null = null): Writing {
  const [writing, set] = useState<Writing>(empty)
  useEffect(() => {
    const left = new AbortController()
    const { signal } = left
    const say = (part: (before: Writing) => Partial<Writing>) => {
      if (!signal.aborted) set((before) => ({ ...before, ...part(before) }))
    }
    const count = async (ok: boolean) => {
      const asking = tree ? treeAsked(tree) : ok ? { text } : null
      if (!asking) return say(() => ({ estimate: undefined, counting: false }))
      say(() => ({ counting: true }))
      const rough = await writer.estimate(asking, signal)
      say(({ counted }) => ({ estimate: rough, counted: withParts(counted, tree, rough) }))
      if (!rough.exact) {
        const { paths: _, ...whole } = { paths: undefined, ...asking }
        const exact = await writer.estimate({ ...whole, exact: true }, signal)
        say(() => ({ estimate: { ...exact, parts: rough.parts } }))
      }
      say(() => ({ counting: false }))
    }
    const ask = async () => {
      try {
        const checked = await writer.check(text, signal)
        say(() => ({ checked, failure: undefined }))
        await count(checked.ok)
      } catch (failure) {
        say(() => ({ failure, counting: false }))
      }
    }
    const nothing = text.trim() === ''
    if (nothing) set((before) => ({ ...empty, counted: before.counted }))
    const timer = setTimeout(() => void (nothing ? undefined : ask()), 400)
    return () => {
      clearTimeout(timer)
      left.abort()
    }
  }, [text, writer, tree])
  return writing
}

function treeAsked({ rule, parts }: Counting) {
  return rule && { rule, paths: [...new Set(parts.map(({ path }) => path))].slice(0, mostParts) }
}

/** A group of one has the place of its condition: a place may have several keys. */
function withParts(counted: Writing['counted'], tree: Counting | null, { parts }: Estimate): Writing['counted'] {
  if (!tree) return counted
  const found = new Map(parts.map((part) => [part.path, part]))
  const keyed = tree.parts.flatMap(({ path, key }): [string, Estimated][] => {
    const part = found.get(path)
    return part ? [[key, part]] : []
  })
  return new Map([...counted, ...keyed])
}
