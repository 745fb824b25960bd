import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { asMachine } from '../../../platform/ctx.ts'
import { endpoint } from '../../../platform/http/endpoint.ts'
import { validatorCompiler } from '../../../platform/http/validate.ts'
import { NativeBatch, NativeResults } from '../contract.ts'
import { maxBodyBytes } from './bytes.ts'
import { type DoorDeps, perMinute, preflight, sourceOfKey, unknownProject, writeKeyOf } from './door.ts'
import { isRaw } from './message.ts'
import { readNative } from './native.ts'

/** Only the outer shape: each message is held against the schema by itself. */
const outer = Type.Object({
  sentAt: NativeBatch.properties.sentAt,
  messages: Type.Array(Type.Unknown(), { minItems: 1, maxItems: 1000 }),
})

export function nativeDoor<S extends { readonly id: string }>(door: FastifyInstance, deps: DoorDeps<S>): void {
  door.setValidatorCompiler((route) =>
    validatorCompiler(route.httpPart === 'body' ? { ...route, schema: outer } : route),
  )
  endpoint(door, {
    method: 'POST',
    url: '/v1/collect',
    needs: 'public',
    summary: 'Takes a batch of messages and says of each what became of it',
    query: Type.Object({
      project: Type.Optional(Type.String({ maxLength: 100, description: 'With a service key: whose messages' })),
      writeKey: Type.Optional(Type.String({ maxLength: 200 })),
    }),
    body: NativeBatch,
    answer: NativeResults,
    bodyLimit: maxBodyBytes,
    perMinute,
    async handle(ctx, { body, query, request }) {
      const machine = asMachine(ctx, 'collect')
      const source =
        ctx.who.kind === 'key'
          ? ((await deps.findSource(machine, query.project ?? 'default')) ?? unknownProject())
          : await sourceOfKey(machine, writeKeyOf(request, undefined), deps)
      const messages: readonly unknown[] = body.messages
      const skewMs = body.sentAt === undefined ? undefined : ctx.now.getTime() - Date.parse(body.sentAt)
      const incoming = messages.map((message) => readNative(message, skewMs))
      const outcomes = await deps.receive(machine, source, incoming)
      const results = incoming.map((one, i) => {
        const message = messages[i]
        const id = isRaw(message) && typeof message.id === 'string' ? message.id : ''
        const outcome = outcomes[i] ?? 'rejected'
        if (!('refused' in one)) return { id, outcome }
        const { code, field } = one.refused
        return { id, outcome, code, message: one.refused[ctx.lang], ...(field === undefined ? {} : { field }) }
      })
      return { results }
    },
  })
  preflight(door, '/v1/collect')
}
