import type { FastifyInstance } from 'fastify'
import { endpoint } from '../../platform/http/endpoint.ts'
import { DataKey, KeyOverview, Rewrapped, RotateKey } from './contract.ts'
import { listKeys, rotateDataKey, rotateMasterKey } from './privacy.ts'

export function privacyRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/privacy/keys',
    needs: 'privacy.keys.read',
    summary: 'Data keys, and how far values have moved to the active one',
    answer: KeyOverview,
    handle: (ctx) => listKeys(ctx),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/privacy/keys/rotate',
    needs: 'privacy.keys.rotate',
    summary: 'Make a new data key and move all values to it in the background',
    body: RotateKey,
    answer: DataKey,
    perMinute: 6,
    handle: (ctx, { body }) => rotateDataKey(ctx, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/privacy/master/rotate',
    needs: 'privacy.keys.rotate',
    summary: 'Wrap all data keys by the master key that stands first in the key file',
    answer: Rewrapped,
    perMinute: 6,
    handle: (ctx) => rotateMasterKey(ctx),
  })
}
