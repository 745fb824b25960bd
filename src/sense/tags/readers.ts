import { read, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Text } from '../../platform/problem.ts'
import type { Reader } from './contract.ts'
import * as store from './store.ts'

/** Something later in the loop that reads tags: it says of itself who reads which, the tags know nothing of it. */
export type TagReaders = {
  readonly kind: string
  readonly name: Text
  /** Those that count now, by the tag they read; all of them, whoever asks. */
  readersOf(ctx: Ctx): Promise<{ tag: string; id: string; name: string; path: string }[]>
}

const others = new Map<string, TagReaders>()

/** Called where a capability is defined. */
export function registerTagReaders(readers: TagReaders): void {
  others.set(readers.kind, readers)
}

/** Who reads each tag: other tags, and what has registered. */
export async function readersOfTags(ctx: Ctx): Promise<Map<string, Reader[]>> {
  const edges = await read(ctx, store.edges)
  const found: { of: string; reader: Reader }[] = edges.flatMap(({ tag, name, reads }) =>
    reads.map((of) => ({ of, reader: { ...ofTag, id: tag, name, path: `/sense/tags/${tag}` } })),
  )
  for (const { kind, name: kindName, readersOf } of others.values())
    for (const { tag, ...reader } of await readersOf(ctx))
      found.push({ of: tag, reader: { kind, kindName, ...reader } })
  const grouped = Map.groupBy(found, ({ of }) => of)
  return new Map([...grouped].map(([tag, all]) => [tag, all.map(({ reader }) => reader)]))
}

const ofTag = { kind: 'tag', kindName: { zh: '标签', en: 'Tag' } }

export async function readersOf(ctx: Ctx, tag: string): Promise<Reader[]> {
  return (await readersOfTags(ctx)).get(tag) ?? []
}

/** A rule that is asked reads these: remembered once a day, for the list of what nobody uses. */
export async function tagsWereUsed(ctx: Ctx, tags: readonly string[]): Promise<void> {
  if (tags.length > 0)
    await unauditedChange(ctx, 'when tags were last used', (tx) => store.touchUsed(tx, tags, ctx.now))
}
