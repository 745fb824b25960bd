import { unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import type { Db } from '../../platform/db/db.ts'
import { newId } from '../../platform/ids.ts'
import { Problem, text } from '../../platform/problem.ts'
import { sourcesById } from '../catalog/catalog.ts'
import type { Incoming, Outcome, Refusal } from './contract.ts'
import { packPiece, packReject } from './pieces.ts'
import { faultOf, messageKey } from './rules/message.ts'
import * as store from './store.ts'

/** One message on its way into the log. */
type Item = { key: string; source: string; incoming: Incoming; refused: Refusal | undefined }
type Call = { items: Item[]; resolve(outcomes: Outcome[]): void; reject(error: unknown): void }

/**
 * Calls gather while the commit before them is under way, and go together in the next: nobody waits for a timer, and
 * under load one commit carries thousands of messages.
 */
type Gathering = { waiting: Call[]; messages: number; working: boolean; heard: Set<() => void> }

const limits = {
  /** Messages that wait for their commit in this process. Beyond it callers are asked to come again. */
  waiting: 50_000,
  /** Messages in one commit. */
  piece: 5000,
}

const gatherings = new WeakMap<Db, Gathering>()

function gatheringOf(db: Db): Gathering {
  let gathering = gatherings.get(db)
  if (!gathering) {
    gathering = { waiting: [], messages: 0, working: false, heard: new Set() }
    gatherings.set(db, gathering)
  }
  return gathering
}

/** Calls `wake` after each commit of this process, so that the pipeline beside it need not look. Returns how to end it. */
export function whenStored(db: Db, wake: () => void): () => void {
  const { heard } = gatheringOf(db)
  heard.add(wake)
  return () => heard.delete(wake)
}

/**
 * Takes messages of one source into the log, or, where they are no good, into the reject store with the reason. All of
 * them are durable when this resolves, and a message that was there already (rule 1: same source, same key, for at least
 * seven days) is stored no second time. One outcome for each, in their order; either all are taken or none is.
 * @throws unavailable `collect.busy` (come again in a second), or what the database says when it is full or away.
 */
export function receive(ctx: Ctx, source: { id: string }, incoming: readonly Incoming[]): Promise<Outcome[]> {
  if (incoming.length === 0) return Promise.resolve([])
  const gathering = gatheringOf(ctx.db)
  if (gathering.messages + incoming.length > limits.waiting) return Promise.reject(busy())
  const items = incoming.map((one): Item => {
    const refused = 'envelope' in one ? faultOf(one.envelope) : one.refused
    return { key: messageKey(source.id, one.key), source: source.id, incoming: one, refused }
  })
  return new Promise((resolve, reject) => {
    gathering.waiting.push({ items, resolve, reject })
    gathering.messages += items.length
    if (!gathering.working) void work(asMachine(ctx, 'collect'), gathering)
  })
}

function busy(): Problem {
  return new Problem(
    'unavailable',
    'collect.busy',
    text('数据接收繁忙,请稍后重试', 'More messages arrive than can be stored: send this again in a second'),
    { retryAfterSeconds: 1 },
  )
}

async function work(ctx: Ctx, gathering: Gathering): Promise<void> {
  gathering.working = true
  while (gathering.waiting.length > 0) {
    const calls = takeCalls(gathering)
    const items = calls.flatMap((call) => call.items)
    try {
      const outcomes = await append(ctx, items)
      let from = 0
      for (const call of calls) {
        call.resolve(outcomes.slice(from, from + call.items.length))
        from += call.items.length
      }
      for (const wake of gathering.heard) wake()
    } catch (error) {
      for (const call of calls) call.reject(error)
    }
    gathering.messages -= items.length
  }
  gathering.working = false
}

function takeCalls(gathering: Gathering): Call[] {
  let [messages, calls] = [0, 0]
  for (const call of gathering.waiting) {
    if (calls > 0 && messages + call.items.length > limits.piece) break
    messages += call.items.length
    calls++
  }
  return gathering.waiting.splice(0, calls)
}

/** One commit: the keys that are new, the piece that holds their messages, the rejects, the count of the minute. */
async function append(ctx: Ctx, items: readonly Item[]): Promise<Outcome[]> {
  const at = ctx.now
  const sources = await sourcesById(ctx)
  return unauditedChange(ctx, 'messages as they arrive', async (tx) => {
    const generation = await store.holdGeneration(tx)
    const known = await store.insertKeys(
      tx,
      generation,
      items.map((item) => item.key),
    )
    const met = new Set<string>()
    const outcomes = items.map((item): Outcome => {
      // The first of equal keys is the message, the others repeat it.
      if (known.has(item.key) || met.has(item.key)) return 'duplicate'
      met.add(item.key)
      return item.refused ? 'rejected' : 'stored'
    })
    const stored = items.filter((_, i) => outcomes[i] === 'stored')
    const rejected = items.filter((_, i) => outcomes[i] === 'rejected')
    const duplicates = items.length - stored.length - rejected.length
    const body = stored.length > 0 ? await packPiece(ctx, at, stored.map(logged)) : undefined
    await Promise.all([
      body && store.insertPiece(tx, { at, messages: stored.length, duplicates, body }),
      rejected.length > 0 &&
        store.insertRejects(
          tx,
          rejected.map((item) => rejectOf(ctx, item, at, sources.get(item.source)?.org ?? '')),
        ),
      store.countMinute(tx, at, minutesOf(items, outcomes)),
    ])
    return outcomes
  })
}

function logged({ key, source, incoming }: Item) {
  if (!('envelope' in incoming)) throw new Error('a message that was not understood has no place in the log')
  return { key, source, envelope: incoming.envelope }
}

/** A source that is gone has no organisation: its rejects are the machine's alone. */
function rejectOf(ctx: Ctx, { key, source, incoming, refused }: Item, at: Date, org: string): store.NewReject {
  if (!refused) throw new Error('a reject has a reason')
  const understood = 'envelope' in incoming
  return {
    id: newId('rej', at),
    at,
    source,
    org,
    key,
    event: understood ? (incoming.envelope.name?.slice(0, 200) ?? null) : null,
    refused,
    understood,
    body: packReject(ctx, key, understood ? incoming.envelope : incoming.raw),
  }
}

function minutesOf(items: readonly Item[], outcomes: readonly Outcome[]): store.Minute[] {
  const minutes = new Map<string, store.Minute>()
  for (const [i, { source }] of items.entries()) {
    const minute = minutes.get(source) ?? { source, stored: 0, duplicates: 0, rejected: 0 }
    if (outcomes[i] === 'stored') minute.stored++
    else if (outcomes[i] === 'rejected') minute.rejected++
    else minute.duplicates++
    minutes.set(source, minute)
  }
  return [...minutes.values()]
}
