import { read } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { missing } from '../../platform/problem.ts'
import { addDays } from '../../platform/time/day.ts'
import { dayOf, homeZone, startOfDay } from '../../platform/time/zone.ts'
import { markNow } from '../customers/customers.ts'
import { checkRule, decayOf, referencesOf, upgradeRule } from '../eql/eql.ts'
import { noLive } from './answering.ts'
import { type AnswerRow, lastAnswers } from './answerStore.ts'
import { seenBy } from './asking.ts'
import type { Updates } from './contract.ts'
import { movesByDay } from './liveFacts.ts'
import { liveRows } from './liveStore.ts'
import { groundOf } from './schema.ts'
import * as store from './store.ts'

const shownDays = 30

/** How a segment keeps up, for its page. */
export async function updatesOf(ctx: Ctx, id: string): Promise<Updates> {
  const [row, answers, versions] = await read(ctx, (tx) =>
    Promise.all([store.findSegment(tx, id), lastAnswers(tx, id), store.versionsOf(tx, id)]),
  )
  if (!row) missing('segment', id)
  const [mark, lives, ground, within] = await Promise.all([
    markNow(ctx),
    read(asMachine(ctx, 'segments'), liveRows),
    groundOf(ctx),
    seenBy(ctx),
  ])
  const live = lives.find(({ segment }) => segment === id)
  const behind = live && (mark.processed > live.processed || mark.version > live.copies)
  const today = dayOf(ctx.now, homeZone)
  const days = Array.from({ length: shownDays }, (_, i) => addDays(today, i + 1 - shownDays))
  const [first = today] = days
  const moved = new Map(
    (await movesByDay(ctx.facts, { segment: id, from: startOfDay(first, homeZone), zone: homeZone }, within)).map(
      (one) => [one.day, one],
    ),
  )
  const [latest] = versions
  const rule = latest?.rule ? upgradeRule(latest.rule) : null
  const checked = rule && checkRule(rule, ground.schema)
  const never =
    rule && checked?.ok
      ? noLive(decayOf(rule.body, { types: checked.types, zone: homeZone }), referencesOf(rule, ground.schema))
      : undefined
  const whole = answers.find(({ asked }) => asked === null)
  return {
    whole: whole ? toRefreshed(whole) : null,
    part: toPart(answers),
    why: whole?.why ?? null,
    noLive: never ?? null,
    followed: live !== undefined,
    lagSeconds: live ? (behind ? Math.max(0, (ctx.now.getTime() - live.at.getTime()) / 1000) : 0) : null,
    nextAt: live?.nextAt?.toISOString() ?? null,
    days: days.map((day) => ({
      day,
      entered: Number(moved.get(day)?.entered ?? 0n),
      left: Number(moved.get(day)?.gone ?? 0n),
    })),
  }
}

function toRefreshed({ at, size, ms, asked }: AnswerRow) {
  return { at: at.toISOString(), size, ms, asked }
}

function toPart(answers: readonly AnswerRow[]) {
  const part = answers.find(({ asked }) => asked !== null)
  return part ? toRefreshed(part) : null
}
