import type { FastifyInstance, FastifyRequest } from 'fastify'
import { maxBodyBytes, parseJson } from './bytes.ts'
import { type DoorDeps, unpacked } from './door.ts'
import { nativeDoor } from './nativeDoor.ts'
import { segmentDoor } from './segmentDoor.ts'
import { sensorsDoor } from './sensorsDoor.ts'

export type { DoorDeps } from './door.ts'

/** Opens the doors of all protocols. What they need of the server (body parsers, CORS) stays with them. */
export function openDoors<S extends { readonly id: string }>(app: FastifyInstance, deps: DoorDeps<S>): void {
  app.register(async (doors) => {
    openToAnyOrigin(doors)
    doors.removeAllContentTypeParsers()
    // What a body is called says little: beacons say text, some clients say form for what is gzip.
    doors.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBodyBytes }, unpacked)
    sensorsDoor(doors, deps)
    segmentDoor(doors, deps)
  })
  app.register(async (door) => {
    openToAnyOrigin(door)
    door.removeAllContentTypeParsers()
    door.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: maxBodyBytes },
      async (request: FastifyRequest, body: Buffer) => parseJson(await unpacked(request, body)),
    )
    nativeDoor(door, deps)
  })
}

/** A page of any origin may send, and none gets to read anything of anybody: no credentials, no answers but counts. */
function openToAnyOrigin(doors: FastifyInstance): void {
  doors.addHook('onRequest', async (request, reply) => {
    reply.header('access-control-allow-origin', '*')
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
