import type { BuilderNode, Rule, Schema } from '../../contract.ts'
import { assemble } from '../../rules/builder.ts'
import type { Names } from '../../rules/namer.ts'
import { toBuilder } from '../../rules/rule.ts'

// What the builder holds: the tree on the screen, each part with a number of its own, and what it was before.

export type Leaf = Exclude<BuilderNode, { shape: 'group' }> & { id: number }
export type Group = { shape: 'group'; word: 'and' | 'or'; not: boolean; items: Item[]; notes?: string[]; id: number }
export type Item = Leaf | Group

export type State = {
  root: Group
  /** Comments after the last condition. */
  notes: string[] | undefined
  /** The tree as it was opened: while it is this one, nothing was changed. */
  origin: Group
  past: Group[]
  future: Group[]
  /** Of the last change: typing on in one field is one step to undo. */
  typing: string | null
  next: number
}

export type Action =
  /** At the end of a group, or right after one of its items. */
  | { act: 'add'; to: number; node: BuilderNode; after?: number }
  | { act: 'replace'; id: number; node: BuilderNode; typing?: string }
  | { act: 'remove'; id: number }
  | { act: 'duplicate'; id: number }
  /** To a place among the items of a group, counted before anything is moved. */
  | { act: 'move'; id: number; to: number; index: number }
  | { act: 'step'; id: number; way: 'up' | 'down' | 'out' | 'in' }
  | { act: 'wrap'; id: number }
  | { act: 'unwrap'; id: number }
  | { act: 'turn'; id: number; word?: 'and' | 'or'; not?: boolean }
  | { act: 'note'; id: number; notes: string[] }
  | { act: 'undo' }
  | { act: 'redo' }

const stepsKept = 200

export function open(rule: Rule | null, schema: Schema, names: Names): State {
  const { root, notes } = rule === null ? { root: emptyGroup, notes: undefined } : toBuilder(rule, schema, names)
  const top: BuilderNode = root.shape === 'group' ? root : { ...emptyGroup, items: [root] }
  const counter = { next: 1 }
  const first = numbered(top, counter) as Group
  return { root: first, origin: first, notes, past: [], future: [], typing: null, next: counter.next }
}

const emptyGroup = { shape: 'group' as const, word: 'and' as const, not: false, items: [] }

function numbered(node: BuilderNode, counter: { next: number }): Item {
  const id = counter.next++
  if (node.shape !== 'group') return { ...node, id }
  return { ...node, id, items: node.items.map((item) => numbered(item, counter)) }
}

export type Written = {
  /** Null: nothing is finished yet. */
  rule: Rule | null
  paths: Map<number, string>
  unfinished: Set<number>
}

/** The rule as far as it is finished, and where its parts came to stand. */
export function written(state: Pick<State, 'root' | 'notes'>): Written {
  const { expr, paths, unfinished } = assemble(state.root)
  const idOf = (node: BuilderNode) => (node as Item).id
  const rule: Rule | null = expr && (state.notes ? { eql: 1, body: expr, notes: state.notes } : { eql: 1, body: expr })
  const empty = state.root.items.length === 0
  return {
    rule,
    paths: new Map([...paths].map(([node, path]) => [idOf(node), path])),
    unfinished: new Set(empty ? [] : unfinished.map(idOf)),
  }
}

export function find(root: Item, id: number): Item | undefined {
  if (root.id === id) return root
  return root.shape === 'group' ? root.items.map((item) => find(item, id)).find(Boolean) : undefined
}

export function parentOf(root: Group, id: number): Group | undefined {
  for (const item of root.items) {
    if (item.id === id) return root
    const found = item.shape === 'group' ? parentOf(item, id) : undefined
    if (found) return found
  }
  return undefined
}

export function reduce(state: State, action: Action): State {
  if (action.act === 'undo') return undo(state)
  if (action.act === 'redo') return redo(state)
  const counter = { next: state.next }
  const root = changed(state.root, action, counter)
  if (root === state.root) return state
  const typing = action.act === 'replace' && action.typing !== undefined ? `${action.id} ${action.typing}` : null
  const goesOn = typing !== null && typing === state.typing
  const past = goesOn ? state.past : [...state.past, state.root].slice(-stepsKept)
  return { ...state, root, past, future: [], typing, next: counter.next }
}

function undo(state: State): State {
  const before = state.past.at(-1)
  if (before === undefined) return state
  return { ...state, root: before, past: state.past.slice(0, -1), future: [state.root, ...state.future], typing: null }
}

function redo(state: State): State {
  const [after, ...future] = state.future
  if (after === undefined) return state
  return { ...state, root: after, past: [...state.past, state.root], future, typing: null }
}

type Change = Exclude<Action, { act: 'undo' | 'redo' }>

function changed(root: Group, action: Change, counter: { next: number }): Group {
  switch (action.act) {
    case 'add':
      return atGroup(root, action.to, ({ items }) => {
        const at = items.findIndex(({ id }) => id === action.after)
        return items.toSpliced(at < 0 ? items.length : at + 1, 0, numbered(action.node, counter))
      })
    case 'replace':
      return swap(root, action.id, (old) => [{ ...numbered(action.node, counter), id: old.id }])
    case 'remove':
      return swap(root, action.id, () => [])
    case 'duplicate':
      return swap(root, action.id, (old) => [old, numbered(structuredClone(old), counter)])
    case 'move':
      return moved(root, action.id, action.to, action.index)
    case 'step':
      return stepped(root, action.id, action.way)
    case 'wrap':
      return swap(root, action.id, (old) => [
        {
          shape: 'group',
          word: parentOf(root, old.id)?.word === 'or' ? 'and' : 'or',
          not: false,
          items: [old],
          id: counter.next++,
        },
      ])
    case 'unwrap':
      return swap(root, action.id, (old) => (old.shape === 'group' && !old.not ? old.items : [old]))
    case 'turn':
      return swap(root, action.id, (old) =>
        old.shape === 'group' ? [{ ...old, word: action.word ?? old.word, not: action.not ?? old.not }] : [old],
      )
    case 'note':
      return swap(root, action.id, ({ notes: _, ...old }) => [
        (action.notes.length > 0 ? { ...old, notes: action.notes } : old) as Item,
      ])
  }
}

/** Puts others in the place of one part. The root stays a group. */
function swap(root: Group, id: number, into: (old: Item) => Item[]): Group {
  if (root.id === id) {
    const [only, ...more] = into(root)
    return only?.shape === 'group' && more.length === 0 ? only : root
  }
  let found = false
  const items = root.items.flatMap((item): Item[] => {
    if (item.id === id) {
      found = true
      return into(item)
    }
    if (item.shape !== 'group') return [item]
    const next = swap(item, id, into)
    found ||= next !== item
    return [next]
  })
  return found ? { ...root, items } : root
}

function atGroup(root: Group, id: number, items: (group: Group) => Item[]): Group {
  return swap(root, id, (old) => (old.shape === 'group' ? [{ ...old, items: items(old) }] : [old]))
}

function moved(root: Group, id: number, to: number, index: number): Group {
  const [part, from, group] = [find(root, id), parentOf(root, id), find(root, to)]
  // A group does not go into itself.
  if (!part || !from || group?.shape !== 'group' || find(part, to)) return root
  const old = from.items.findIndex((item) => item.id === id)
  const at = from.id === to && old < index ? index - 1 : index
  if (from.id === to && at === old) return root
  const without = swap(root, id, () => [])
  return atGroup(without, to, ({ items }) => items.toSpliced(at, 0, part))
}

function stepped(root: Group, id: number, way: 'up' | 'down' | 'out' | 'in'): Group {
  const group = parentOf(root, id)
  if (!group) return root
  const at = group.items.findIndex((item) => item.id === id)
  const above = parentOf(root, group.id)
  if (way === 'up' && at > 0) return moved(root, id, group.id, at - 1)
  if (way === 'down' && at < group.items.length - 1) return moved(root, id, group.id, at + 2)
  if (way === 'out' && above)
    return moved(root, id, above.id, above.items.findIndex((item) => item.id === group.id) + 1)
  if (way === 'in') {
    const near = [group.items[at - 1], group.items[at + 1]].find((item) => item?.shape === 'group')
    if (near?.shape === 'group') return moved(root, id, near.id, near.items.length)
  }
  return root
}
