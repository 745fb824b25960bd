import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { endpoint } from '../../platform/http/endpoint.ts'
import * as wire from './contract.ts'
import * as messages from './messages.ts'

export function messagesRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/messages',
    needs: 'messages.message.read',
    summary: 'Messages, newest first, each with where it stands and why',
    query: wire.MessageQuery,
    answer: wire.MessagePage,
    handle: (ctx, { query }) => messages.listMessages(ctx, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/messages/:id',
    needs: 'messages.message.read',
    summary: 'One message',
    params: Type.Object({ id: Type.String({ maxLength: 40 }) }),
    answer: wire.Message,
    handle: (ctx, { params }) => messages.getMessage(ctx, params.id),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/messages/stop',
    needs: 'messages.message.stop',
    summary: 'Stops what has not left, of a strategy or some',
    body: wire.Stop,
    answer: wire.Stopped,
    handle: (ctx, { body }) => messages.stopMessages(ctx, body),
  })
}
