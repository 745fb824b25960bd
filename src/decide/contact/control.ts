import { change, read, stale } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { Problem, text } from '../../platform/problem.ts'
import type { ControlState, SetControl } from './contract.ts'
import { countControl } from './facts.ts'
import { placeOf } from './policies.ts'
import { insertPolicy, moveStamp, policiesOf } from './policyStore.ts'
import { emptyPolicy } from './rules/defaults.ts'

const monthMs = 30 * 86_400_000

/** Rule 43: who is never sent marketing, so that what all of it together is worth can be measured. */
export async function getControl(ctx: Ctx): Promise<ControlState> {
  const head = await headOf(ctx)
  const [newest] = await read(asMachine(ctx, 'contact'), (tx) => policiesOf(tx, head.id))
  const control = newest?.doc.control ?? emptyPolicy.control
  const { members, customers } = await countControl(ctx.facts, control)
  return {
    ...control,
    ...{ members, customers },
    mayShuffleAt: control.shuffledAt ? mayShuffleAt(control.shuffledAt).toISOString() : null,
    version: newest?.version ?? 0,
  }
}

const mayShuffleAt = (shuffledAt: string) => new Date(new Date(shuffledAt).getTime() + monthMs)

async function headOf(ctx: Ctx) {
  const place = await placeOf(asMachine(ctx, 'contact'), undefined)
  return place
}

/**
 * The share, and whether the draw is made anew. A larger share keeps all who are in; drawing anew is allowed once in 30 days:
 * who was sent to last week measures nothing as a control of this one. It holds at once, also beside a version that is coming.
 */
export async function setControl(ctx: Ctx, input: SetControl): Promise<ControlState> {
  const head = await headOf(ctx)
  const target = { kind: 'contact control', id: head.id, name: head.name, org: head.id as never }
  await change(ctx, 'contact.control.set', target, async (tx) => {
    await moveStamp(tx)
    const rows = await policiesOf(tx, head.id)
    const newest = rows[0]
    if ((newest?.version ?? 0) !== input.version) stale('contact.policy')
    const doc = newest?.doc ?? emptyPolicy
    const before = doc.control
    const first = before.share === 0 && before.shuffledAt === null
    if (input.shuffle && before.shuffledAt && mayShuffleAt(before.shuffledAt) > ctx.now)
      throw tooSoon(before.shuffledAt)
    const draw = input.shuffle || (first && input.share > 0)
    const control = {
      share: input.share,
      salt: draw ? ctx.now.toISOString() : before.salt,
      shuffledAt: draw ? ctx.now.toISOString() : before.shuffledAt,
    }
    const effectiveAt = newest && newest.effectiveAt > ctx.now ? newest.effectiveAt : ctx.now
    if (effectiveAt > ctx.now) throw coming()
    const row = { org: head.id, version: input.version + 1, effectiveAt, doc: { ...doc, control }, note: input.reason }
    await insertPolicy(tx, { ...row, publishedAt: ctx.now, publishedBy: ctx.who.name })
    tx.before(before)
    tx.after({ ...control, reason: input.reason })
    return { version: row.version }
  })
  return getControl(ctx)
}

function tooSoon(shuffledAt: string): Problem {
  const day = mayShuffleAt(shuffledAt).toISOString().slice(0, 10)
  return new Problem(
    'conflict',
    'contact.shuffled_lately',
    text(`30 天内只能重新分组一次,${day} 之后可以`, `It may be drawn anew once in 30 days: after ${day}`),
  )
}

function coming(): Problem {
  return new Problem(
    'conflict',
    'contact.version_coming',
    text(
      '有尚未生效的策略版本,请待其生效后再调整',
      'A version of the policy is yet to take effect: change this afterwards',
    ),
  )
}
