import { read } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { text } from '../../platform/problem.ts'
import { formatInstant, homeZone } from '../../platform/time/zone.ts'
import { registerSection } from '../customers/customers.ts'
import { standingAnswers } from './answerStore.ts'
import { segmentsAround } from './liveFacts.ts'
import { lastMoves } from './liveStore.ts'

/**
 * On the customer's page: the segments he is in, of those that the reader sees, and since when. Who was inside when a segment was
 * filled for the first time was told nothing: then it says how long he is known to be in it.
 */
export async function segmentsOf(ctx: Ctx, members: readonly number[]) {
  if (!ctx.permissions.has('segments.segment.read') && ctx.who.kind !== 'machine') return []
  const answers = await read(ctx, standingAnswers)
  const { within, came, went } = await segmentsAround(ctx.facts, members, answers)
  const moves = await read(ctx, (tx) =>
    lastMoves(
      tx,
      answers.filter(({ live }) => live).map(({ segment }) => segment),
      members,
    ),
  )
  const moved = new Map<string, boolean>()
  // Of several numbers of his one is enough.
  for (const { segment, entered } of moves) moved.set(segment, entered || (moved.get(segment) ?? false))
  return answers
    .filter(({ segment }) => moved.get(segment) ?? within.has(segment))
    .map(({ segment, name, at }) => {
      const since = went.has(segment) ? undefined : came.get(segment)
      const words = since
        ? text(`${formatInstant(since, homeZone)} 起`, `Since ${formatInstant(since, homeZone)}`)
        : text(`至迟 ${formatInstant(at, homeZone)} 已在其中`, `In it by ${formatInstant(at, homeZone)} at the latest`)
      return { label: text(name, name), value: words[ctx.lang], href: `/sense/segments/${segment}` }
    })
}

registerSection({
  key: 'segments',
  title: text('所在客群', 'Segments'),
  phase: 'sense',
  load: (ctx, { members }) => segmentsOf(ctx, members),
})
