import type { Text } from '../kit/text.ts'

type Named = { title: Text; where: Text; words: string }

/** The items that have every typed word, those whose name begins with it first; all of them when nothing is typed. */
export function rank<T extends Named>(typed: string, items: readonly T[]): T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return [...items]
  const scored = items.map((item) => ({ item, score: Math.min(...words.map((word) => scoreOf(word, item))) }))
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item)
}

function scoreOf(word: string, { title, where, words }: Named): number {
  const names = [title.zh.toLowerCase(), title.en.toLowerCase()]
  if (names.some((name) => name.startsWith(word))) return 4
  if (words.split(' ').some((one) => one.startsWith(word))) return 3
  if (names.some((name) => name.includes(word))) return 2
  return [where.zh, where.en.toLowerCase()].some((name) => name.includes(word)) ? 1 : 0
}
