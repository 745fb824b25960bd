import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BuilderNode, Rule } from '../../contract.ts'
import { checkRule, formatRule, parseRule } from '../../rules/rule.ts'
import { bank } from '../../testing/bank.ts'
import { randomRule } from '../../testing/random.ts'
import { type Action, type Group, type Item, open, parentOf, reduce, type State, written } from './state.ts'

const runs = Number(process.env.EQL_RUNS ?? 300)

function opened(text: string): State {
  const { rule } = parseRule(text, bank)
  assert.ok(rule, text)
  return open(rule, bank, 'zh')
}
const textOf = (state: State) => {
  const { rule } = written(state)
  return rule && formatRule(rule).replace(/\s+/g, ' ')
}
const idsOf = ({ items }: Group): number[] =>
  items.flatMap((item) => [item.id, ...(item.shape === 'group' ? idsOf(item) : [])])
/** Of the first condition that is about this attribute. */
function idOf(state: State, name: string): number {
  const look = (items: Item[]): Item | undefined =>
    items
      .map((item) =>
        item.shape === 'group'
          ? look(item.items)
          : item.shape === 'attribute' && item.path[0] === name
            ? item
            : undefined,
      )
      .find(Boolean)
  const found = look(state.root.items)
  assert.ok(found, name)
  return found.id
}
const groupOf = (state: State, name: string) => parentOf(state.root, idOf(state, name))?.id ?? 0
const after = (state: State, ...actions: Action[]) => actions.reduce(reduce, state)

test('a rule that is looked at in the builder and left alone is the same rule, comments and all', () => {
  fc.assert(
    fc.property(randomRule(bank, { notes: true, params: true, asof: true }), (rule) => {
      const { rule: back, unfinished } = written(open(rule, bank, 'zh'))
      assert.deepEqual(back, rule)
      assert.equal(unfinished.size, 0)
    }),
    { numRuns: runs },
  )
})

test('whatever was done and undone, the rule is what it was; done again, it is what it became', () => {
  const action = (state: State, seed: number): Action => {
    const ids = idsOf(state.root)
    const pick = (n: number) => ids[n % Math.max(1, ids.length)] ?? state.root.id
    const [id, other] = [pick(seed >> 4), seed % 5 === 0 ? state.root.id : pick(seed >> 8)]
    const ways = ['up', 'down', 'out', 'in'] as const
    const acts: Action[] = [
      { act: 'remove', id },
      { act: 'duplicate', id },
      { act: 'move', id, to: other, index: (seed >> 12) % 4 },
      { act: 'step', id, way: ways[(seed >> 12) % 4] ?? 'up' },
      { act: 'wrap', id },
      { act: 'unwrap', id },
      { act: 'turn', id, not: seed % 2 === 0, word: seed % 3 === 0 ? 'or' : 'and' },
      { act: 'note', id, notes: seed % 2 ? ['why'] : [] },
    ]
    return acts[seed % acts.length] ?? { act: 'undo' }
  }
  fc.assert(
    fc.property(randomRule(bank), fc.array(fc.nat(), { maxLength: 12 }), (rule, seeds) => {
      const start = open(rule, bank, 'zh')
      const end = seeds.reduce((state, seed) => reduce(state, action(state, seed)), start)
      const ids = idsOf(end.root)
      assert.equal(new Set(ids).size, ids.length, 'no two parts have one number')
      const { rule: made } = written(end)
      if (made) {
        const checked = checkRule(made, bank)
        assert.ok(checked.ok, JSON.stringify(checked.issues))
        assert.ok(parseRule(formatRule(made), bank).ok, 'what the builder makes can be written and read')
      }
      let state = end
      while (state.past.length > 0) state = reduce(state, { act: 'undo' })
      assert.deepEqual(written(state).rule, rule)
      while (state.future.length > 0) state = reduce(state, { act: 'redo' })
      assert.deepEqual(state.root, end.root)
    }),
    { numRuns: runs },
  )
})

test('a condition is moved up and down, out of its group and into the one beside it', () => {
  const state = opened('aum > 1 and (score > 2 or children > 3) and income > 4')
  const id = idOf(state, 'income')
  const group = groupOf(state, 'score')
  assert.equal(
    textOf(after(state, { act: 'step', id, way: 'up' })),
    'aum > 1 and income > 4 and (score > 2 or children > 3)',
  )
  const inside = after(state, { act: 'step', id, way: 'in' })
  assert.equal(textOf(inside), 'aum > 1 and (score > 2 or children > 3 or income > 4)')
  assert.equal(textOf(after(inside, { act: 'step', id, way: 'out' })), textOf(state))
  assert.equal(
    textOf(after(state, { act: 'move', id, to: group, index: 1 })),
    'aum > 1 and (score > 2 or income > 4 or children > 3)',
  )
  const own = { act: 'move', id: group, to: group, index: 0 } as const
  assert.equal(after(state, own), state, 'a group does not go into itself')
  const last = { act: 'step', id, way: 'down' } as const
  assert.equal(after(state, last), state, 'the last one stays where it is')
})

test('a group of one says what its condition says; a group that is turned round keeps its brackets', () => {
  const state = opened('aum > 1 and score > 2')
  const wrapped = after(state, { act: 'wrap', id: idOf(state, 'score') })
  assert.equal(textOf(wrapped), 'aum > 1 and score > 2')
  const group = groupOf(wrapped, 'score')
  assert.equal(textOf(after(wrapped, { act: 'turn', id: group, not: true })), 'aum > 1 and not score > 2')
  assert.equal(textOf(after(wrapped, { act: 'unwrap', id: group })), 'aum > 1 and score > 2')
})

test('a condition without its value is no part of the rule yet, and the others stand where they stood', () => {
  const state = opened('aum > 1 and score > 2')
  const blank: BuilderNode = {
    shape: 'attribute',
    path: ['income'],
    through: null,
    test: { op: '>=', values: [], window: null },
  }
  const more = after(state, { act: 'add', to: state.root.id, node: blank })
  const { rule, paths, unfinished } = written(more)
  assert.equal(rule && formatRule(rule), 'aum > 1 and score > 2')
  assert.deepEqual([...unfinished], [idOf(more, 'income')])
  assert.equal(paths.get(idOf(more, 'score')), 'body.items.1')
  assert.equal(paths.get(idOf(more, 'income')), undefined)
  const empty = after(opened('aum > 1'), { act: 'remove', id: idOf(opened('aum > 1'), 'aum') })
  assert.deepEqual([written(empty).rule, written(empty).unfinished.size], [null, 0])
})

test('each part knows its place in the rule, so that what is counted or wrong there is shown beside it', () => {
  fc.assert(
    fc.property(randomRule(bank, { notes: true }), (rule) => {
      const state = open(rule, bank, 'zh')
      const { paths } = written(state)
      for (const id of idsOf(state.root)) {
        const at = (paths.get(id) ?? 'nowhere').split('.').slice(1)
        const node = at.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], rule.body)
        assert.ok(node, `${paths.get(id)}`)
      }
    }),
    { numRuns: runs },
  )
})

test('typing on in one field is one step to undo', () => {
  const state = opened('aum > 1')
  const id = idOf(state, 'aum')
  const typed = (value: string): Action => ({
    ...{ act: 'replace', id, typing: 'values' },
    node: {
      shape: 'attribute',
      path: ['aum'],
      through: null,
      test: { op: '>', values: [{ kind: 'number', value }], window: null },
    },
  })
  const end = after(state, typed('12'), typed('123'), typed('1234'))
  assert.equal(textOf(end), 'aum > 1234')
  assert.equal(textOf(after(end, { act: 'undo' })), 'aum > 1')
})

test('comments of a group and of the one condition left in it are both kept', () => {
  const state = opened('-- of both\n(aum > 1 or\n-- of the score\nscore > 2) and income > 3')
  const next = after(state, { act: 'remove', id: idOf(state, 'aum') })
  const { rule } = written(next) as { rule: Rule }
  assert.match(formatRule(rule), /of both[\s\S]*of the score/)
})
