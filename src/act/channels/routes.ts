import type { FastifyInstance, FastifyRequest } from 'fastify'
import { endpoint } from '../../platform/http/endpoint.ts'
import type { Channels } from './channels.ts'
import * as wire from './contract.ts'

export function channelsRoutes(app: FastifyInstance, channels: Channels): void {
  accountRoutes(app, channels)
  accountActs(app, channels)
  seedRoutes(app, channels)
  app.register(async (doors) => receiptDoor(doors, channels))
  app.register(async (doors) => {
    openToAnyOrigin(doors)
    noteRoutes(doors, channels)
    pushRoutes(doors, channels)
  })
}

function accountRoutes(app: FastifyInstance, channels: Channels): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/channels/kinds',
    needs: 'channels.account.read',
    summary: 'Ways of reaching people, and what the form of each asks',
    answer: wire.KindForms,
    handle: () => channels.listKinds(),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/channels/accounts',
    needs: 'channels.account.read',
    summary: 'Channel accounts with their health and traffic of today; a secret is never given out',
    query: wire.AccountQuery,
    answer: wire.AccountPage,
    handle: (ctx, { query }) => channels.listAccounts(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/channels/accounts',
    needs: 'channels.account.edit',
    summary: 'Makes an account',
    body: wire.NewAccount,
    answer: wire.Account,
    handle: (ctx, { body }) => channels.createAccount(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/channels/accounts/:id',
    needs: 'channels.account.read',
    summary: 'One account, its last day, and where its receipts go',
    params: wire.IdParams,
    answer: wire.AccountDetail,
    handle: (ctx, { params }) => channels.getAccount(ctx, params.id),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/channels/accounts/:id',
    needs: 'channels.account.edit',
    summary: 'Changes an account; secrets that are left out stay, unless they would go elsewhere',
    params: wire.IdParams,
    body: wire.AccountEdit,
    answer: wire.Account,
    handle: (ctx, { params, body }) => channels.editAccount(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'DELETE',
    url: '/api/channels/accounts/:id',
    needs: 'channels.account.edit',
    summary: 'Removes an account with its traffic and what waits in the app',
    params: wire.IdParams,
    handle: (ctx, { params }) => channels.removeAccount(ctx, params.id),
  })
}

function accountActs(app: FastifyInstance, channels: Channels): void {
  endpoint(app, {
    method: 'POST',
    url: '/api/channels/accounts/:id/switch',
    needs: 'channels.account.switch',
    summary: 'Pauses or resumes an account',
    params: wire.IdParams,
    body: wire.AccountSwitch,
    answer: wire.Account,
    handle: (ctx, { params, body }) => channels.switchAccount(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/channels/accounts/:id/log',
    needs: 'channels.account.read',
    summary: 'The last failures and tests of an account; no addresses',
    params: wire.IdParams,
    query: wire.SampleQuery,
    answer: wire.SamplePage,
    handle: (ctx, { params, query }) => channels.listSamples(ctx, params.id, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/channels/accounts/:id/preview',
    needs: 'channels.account.read',
    summary: 'What a letter looks like, in how many parts it goes, and what it costs',
    params: wire.IdParams,
    body: wire.PreviewAsk,
    answer: wire.Preview,
    handle: (ctx, { params, body }) => channels.preview(ctx, params.id, body.fields),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/channels/accounts/:id/test',
    needs: 'channels.test.send',
    summary: 'Sends a letter to an address of the seed list',
    perMinute: 30,
    params: wire.IdParams,
    body: wire.TestSend,
    answer: wire.TestResult,
    handle: (ctx, { params, body }) => channels.testSend(ctx, params.id, body),
  })
}

function seedRoutes(app: FastifyInstance, channels: Channels): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/channels/seeds',
    needs: 'channels.account.read',
    summary: 'Addresses for tests, masked',
    query: wire.SeedQuery,
    answer: wire.SeedPage,
    handle: (ctx, { query }) => channels.listSeeds(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/channels/seeds',
    needs: 'channels.seed.edit',
    summary: 'Adds an address for tests',
    body: wire.NewSeed,
    answer: wire.Seed,
    handle: (ctx, { body }) => channels.addSeed(ctx, body),
  })
  endpoint(app, {
    method: 'DELETE',
    url: '/api/channels/seeds/:id',
    needs: 'channels.seed.edit',
    summary: 'Removes an address for tests',
    params: wire.IdParams,
    handle: (ctx, { params }) => channels.removeSeed(ctx, params.id),
  })
}

const headerOf = (request: FastifyRequest, name: string) => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** Providers send what they send, under any name: the body is read by the account's kind. */
function receiptDoor(doors: FastifyInstance, channels: Channels): void {
  doors.removeAllContentTypeParsers()
  doors.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: 10 * 1024 * 1024 },
    async (_request: FastifyRequest, body: Buffer) => body,
  )
  for (const method of ['GET', 'POST'] as const)
    endpoint(doors, {
      method,
      url: '/v1/receipts/:channel',
      needs: 'public',
      summary: 'Takes receipts: the product’s own form, or the provider’s as the account says',
      perMinute: false,
      params: wire.ReceiptParams,
      query: wire.ReceiptQuery,
      answer: wire.ReceiptsTaken,
      async handle(ctx, { params, query, request, reply }) {
        const { body } = request as { body?: unknown }
        const key = (query as Record<string, unknown>).key
        const door = {
          channel: params.channel,
          account: query.account,
          token: query.token,
          key: typeof key === 'string' ? key : undefined,
          timestamp: headerOf(request, 'x-zhixing-timestamp'),
          signature: headerOf(request, 'x-zhixing-signature'),
        }
        const arrived = {
          body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
          type: headerOf(request, 'content-type') ?? '',
          query: query as Record<string, unknown>,
          now: ctx.now,
        }
        const { answer, ...taken } = await channels.receive(ctx, door, arrived)
        if (answer !== undefined) {
          reply.hijack()
          const json = answer.startsWith('{') ? 'application/json' : 'text/plain'
          reply.raw.writeHead(200, { 'content-type': `${json}; charset=utf-8` }).end(answer)
        }
        return taken
      },
    })
}

/** Pages of the bank ask from other origins. Nothing is told by a cookie, only by the customer's token. */
function openToAnyOrigin(doors: FastifyInstance): void {
  doors.addHook('onRequest', async (request, reply) => {
    reply.header('access-control-allow-origin', '*')
    reply.header('cache-control', 'no-store')
    reply.header('cross-origin-resource-policy', 'cross-origin')
    if (request.method !== 'OPTIONS') return
    reply.header('access-control-allow-methods', 'GET, POST, DELETE, OPTIONS')
    reply.header('access-control-allow-headers', 'authorization, content-type')
    reply.header('access-control-max-age', '7200')
  })
  for (const url of [
    '/v1/inbox/:account',
    '/v1/inbox/:account/:key',
    '/v1/push/:account',
    '/v1/push/:account/subscription',
  ])
    endpoint(doors, {
      method: 'OPTIONS',
      url,
      needs: 'public',
      summary: 'Lets pages of other origins ask',
      perMinute: false,
      handle: () => undefined,
    })
}

const bearer = (request: FastifyRequest) => /^Bearer (\S+)$/i.exec(headerOf(request, 'authorization') ?? '')?.[1]

function noteRoutes(app: FastifyInstance, channels: Channels): void {
  endpoint(app, {
    method: 'GET',
    url: '/v1/inbox/:account',
    needs: 'public',
    summary: 'What waits for the customer of the bearer token, newest first: popups or inbox',
    perMinute: false,
    params: wire.OwnParams,
    answer: wire.Notes,
    handle: async (ctx, { params, request }) =>
      channels.notesFor(ctx, await channels.askerOf(ctx, params.account, bearer(request))),
  })
  endpoint(app, {
    method: 'POST',
    url: '/v1/inbox/:account/:key',
    needs: 'public',
    summary: 'What the customer did with a message: opened, clicked, closed',
    perMinute: false,
    params: wire.NoteParams,
    body: wire.NoteAct,
    handle: async (ctx, { params, body, request }) =>
      channels.actOnNote(ctx, await channels.askerOf(ctx, params.account, bearer(request)), params.key, body.act),
  })
}

function pushRoutes(app: FastifyInstance, channels: Channels): void {
  endpoint(app, {
    method: 'GET',
    url: '/v1/push/:account',
    needs: 'public',
    summary: 'The public key that a browser subscribes with',
    perMinute: false,
    params: wire.OwnParams,
    answer: wire.PushKey,
    handle: (ctx, { params }) => channels.pushKeyOf(ctx, params.account),
  })
  endpoint(app, {
    method: 'POST',
    url: '/v1/push/:account/subscription',
    needs: 'public',
    summary: 'A browser of the customer takes notices',
    perMinute: false,
    params: wire.OwnParams,
    body: wire.PushSubscription,
    handle: async (ctx, { params, body, request }) =>
      channels.subscribe(ctx, await channels.askerOf(ctx, params.account, bearer(request)), body),
  })
  endpoint(app, {
    method: 'DELETE',
    url: '/v1/push/:account/subscription',
    needs: 'public',
    summary: 'A browser takes no more notices',
    perMinute: false,
    params: wire.OwnParams,
    body: wire.PushSubscription,
    handle: async (ctx, { params, body, request }) =>
      channels.unsubscribe(ctx, await channels.askerOf(ctx, params.account, bearer(request)), body.endpoint),
  })
}
