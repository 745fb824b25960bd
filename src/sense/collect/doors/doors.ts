import type { FastifyInstance, FastifyRequest } from 'fastify'
import { maxBodyBytes, parseJson } from './bytes.ts'
import { type DoorDeps, unpacked } from './door.ts'
import { nativeDoor } from './nativeDoor.ts'
import { segmentDoor } from './segmentDoor.ts'
import { sensorsDoor } from './sensorsDoor.ts'

export type { DoorDeps } from './door.ts'

/** Opens the doors of all protocols. What they need of the server (body parsers, CORS) stays with them. */
export function openDoors<S extends { readonly id: string }>(app: FastifyInstance, deps: DoorDeps<S>): void {
  const open = (door: typeof sensorsDoor<S>, parse: Parse, credentials: boolean) =>
    app.register(async (doors) => {
      openToAnyOrigin(doors, credentials)
      doors.removeAllContentTypeParsers()
      // What a body is called says little: beacons say text, some clients say form for what is gzip.
      doors.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBodyBytes }, parse)
      door(doors, deps)
    })
  open(sensorsDoor, unpacked, true)
  open(segmentDoor, unpacked, false)
  open(nativeDoor, async (request, body) => parseJson(await unpacked(request, body)), false)
}

type Parse = (request: FastifyRequest, body: Buffer) => Promise<unknown>

/**
 * A page of any origin may send. The Sensors SDK of the browser asks its debug door with credentials, and so do its old
 * versions everywhere; a browser then wants the origin by name. It gains nothing by that: a door looks at no cookie,
 * and an answer says nothing but what is wrong with the message that was sent.
 */
function openToAnyOrigin(doors: FastifyInstance, credentials: boolean): void {
  doors.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    reply.header('access-control-allow-origin', credentials && origin ? origin : '*')
    if (credentials) reply.header('vary', 'origin')
    if (credentials && origin) reply.header('access-control-allow-credentials', 'true')
    reply.header('access-control-expose-headers', 'retry-after')
    // Or a page elsewhere could not load the pixel.
    reply.header('cross-origin-resource-policy', 'cross-origin')
    reply.header('cache-control', 'no-store')
    if (request.method !== 'OPTIONS') return
    reply.header('access-control-allow-methods', 'GET, POST, OPTIONS')
    reply.header('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '*')
    reply.header('access-control-max-age', '7200')
  })
}
