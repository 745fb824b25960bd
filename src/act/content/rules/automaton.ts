/** One word of the lists at a place of the text: `end` is behind its last sign. */
export type Hit = { word: number; start: number; end: number }

type State = { next: Map<string, number>; fail: number; words: number[]; up: number }

/**
 * All words of a set in one walk over a text (Aho and Corasick, 1975): the time hangs on the length of the text and the number of
 * what is found, not on how many words there are. A word is a row of signs, of which each is one step: a letter, or a syllable.
 */
export class Automaton {
  readonly #states: State[] = [{ next: new Map(), fail: 0, words: [], up: 0 }]
  readonly #lengths: number[] = []

  constructor(words: readonly (readonly string[])[]) {
    for (const [word, signs] of words.entries()) {
      this.#lengths.push(signs.length)
      if (signs.length > 0) this.#add(word, signs)
    }
    this.#link()
  }

  #state(index: number): State {
    return this.#states[index] as State
  }

  #add(word: number, signs: readonly string[]): void {
    let at = 0
    for (const sign of signs) {
      let next = this.#state(at).next.get(sign)
      if (next === undefined) {
        next = this.#states.push({ next: new Map(), fail: 0, words: [], up: 0 }) - 1
        this.#state(at).next.set(sign, next)
      }
      at = next
    }
    this.#state(at).words.push(word)
  }

  /** Where to go on when a sign does not fit, and the next shorter word that ends at the same place. */
  #link(): void {
    const queue = [...this.#state(0).next.values()]
    for (const at of queue) {
      const state = this.#state(at)
      for (const [sign, next] of state.next) {
        let fail = state.fail
        while (fail !== 0 && !this.#state(fail).next.has(sign)) fail = this.#state(fail).fail
        const to = this.#state(fail).next.get(sign) ?? 0
        const child = this.#state(next)
        child.fail = to === next ? 0 : to
        child.up = this.#state(child.fail).words.length > 0 ? child.fail : this.#state(child.fail).up
        queue.push(next)
      }
    }
  }

  find(signs: readonly string[]): Hit[] {
    const hits: Hit[] = []
    let at = 0
    for (const [i, sign] of signs.entries()) {
      while (at !== 0 && !this.#state(at).next.has(sign)) at = this.#state(at).fail
      at = this.#state(at).next.get(sign) ?? 0
      for (let found = at; found !== 0; found = this.#state(found).up)
        for (const word of this.#state(found).words)
          hits.push({ word, start: i + 1 - (this.#lengths[word] ?? 0), end: i + 1 })
    }
    return hits
  }
}
