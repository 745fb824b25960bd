import type { FastifyInstance } from 'fastify'
import { endpoint } from '../../platform/http/endpoint.ts'
import { sendEvents } from '../../platform/http/events.ts'
import * as collect from './collect.ts'
import * as wire from './contract.ts'

export function collectRoutes(app: FastifyInstance): void {
  collect.openCollection(app)
  endpoint(app, {
    method: 'GET',
    url: '/api/collect/status',
    needs: 'collect.live.read',
    summary: 'How collection stands: messages a minute, rejects, repeats, what waits',
    answer: wire.CollectStatus,
    handle: (ctx) => collect.collectStatus(ctx),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/collect/live',
    needs: 'collect.live.read',
    summary: 'Messages as they are stored, as server-sent events named `arrived`: {messages, passedOver}',
    query: wire.LiveQuery,
    handle: (ctx, { query, reply }) => sendEvents(reply, (stop) => collect.watchArriving(ctx, query, stop)),
  })
  rejectRoutes(app)
}

function rejectRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/collect/rejects',
    needs: 'collect.reject.read',
    summary: 'Rejected messages, newest first',
    query: wire.RejectQuery,
    answer: wire.RejectPage,
    handle: (ctx, { query }) => collect.listRejects(ctx, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/collect/rejects/summary',
    needs: 'collect.reject.read',
    summary: 'Open rejects by reason and event',
    answer: wire.RejectSummary,
    handle: (ctx) => collect.summariseRejects(ctx),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/collect/rejects/:id',
    needs: 'collect.reject.read',
    summary: 'A rejected message, masked unless the reader may see personal data',
    params: wire.RejectParams,
    answer: wire.RejectDetail,
    handle: (ctx, { params }) => collect.getReject(ctx, params.id),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/collect/rejects/replay',
    needs: 'collect.reject.replay',
    summary: 'Sends rejected messages through the pipeline again, one of them mended if `envelope` is given',
    body: wire.Replay,
    answer: wire.ReplayResult,
    handle: (ctx, { body }) => collect.replayRejects(ctx, body.ids, body.envelope),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/collect/rejects/dismiss',
    needs: 'collect.reject.replay',
    summary: 'Closes rejected messages without sending them',
    body: wire.Dismiss,
    handle: (ctx, { body }) => collect.dismissRejects(ctx, body.ids),
  })
}
