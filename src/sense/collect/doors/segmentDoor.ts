import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { asMachine } from '../../../platform/ctx.ts'
import { endpoint } from '../../../platform/http/endpoint.ts'
import { maxBodyBytes, parseJson } from './bytes.ts'
import { type DoorDeps, perMinute, preflight, sourceOfKey, writeKeyOf } from './door.ts'
import { readSegment, type SegmentType, segmentMessages } from './segment.ts'

/** By name, and by the letter that the browser client uses. */
const segmentUrls: Record<SegmentType | 'batch', readonly string[]> = {
  track: ['track', 't'],
  identify: ['identify', 'i'],
  page: ['page', 'p'],
  screen: ['screen', 's'],
  group: ['group', 'g'],
  alias: ['alias', 'a'],
  batch: ['batch', 'b'],
}

const KeyQuery = Type.Object({ writeKey: Type.Optional(Type.String({ maxLength: 200 })) })

export function segmentDoor<S extends { readonly id: string }>(doors: FastifyInstance, deps: DoorDeps<S>): void {
  for (const [type, names] of Object.entries(segmentUrls) as [SegmentType | 'batch', readonly string[]][])
    for (const name of names) {
      endpoint(doors, {
        method: 'POST',
        url: `/v1/${name}`,
        needs: 'public',
        summary: `Takes ${type === 'batch' ? 'a batch' : `a message "${type}"`} of the Segment protocol`,
        query: KeyQuery,
        answer: Type.Object({ success: Type.Boolean() }),
        bodyLimit: maxBodyBytes,
        perMinute,
        async handle(ctx, { request }) {
          const machine = asMachine(ctx, 'collect')
          const body = parseJson(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0))
          const source = await sourceOfKey(machine, writeKeyOf(request, body), deps)
          const { messages, sentAt } = segmentMessages(body, type)
          const at = ctx.now
          const incoming = messages.flatMap((message) => readSegment(message, sentAt, at))
          if (incoming.length > 0) await deps.receive(machine, source, incoming)
          return { success: true }
        },
      })
      preflight(doors, `/v1/${name}`)
    }
}
