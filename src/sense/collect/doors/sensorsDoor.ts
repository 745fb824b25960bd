import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { asMachine, type Ctx } from '../../../platform/ctx.ts'
import { endpoint } from '../../../platform/http/endpoint.ts'
import { Problem } from '../../../platform/problem.ts'
import type { Incoming } from '../contract.ts'
import { maxBodyBytes } from './bytes.ts'
import { type DoorDeps, perMinute, preflight, unknownProject } from './door.ts'
import { keyOf, makeStorable, refusedBy } from './message.ts'
import { readSensors, type SensorsMessage } from './sensors.ts'
import { type SensorsForm, sensorsForm, sensorsMessages } from './sensorsBody.ts'

const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

const SensorsQuery = Type.Object({
  project: Type.Optional(Type.String({ maxLength: 100, description: 'The project of a source; without it, default' })),
  data: Type.Optional(Type.String()),
  data_list: Type.Optional(Type.String()),
  gzip: Type.Optional(Type.String()),
  ext: Type.Optional(Type.String()),
  crc: Type.Optional(Type.String()),
})

export function sensorsDoor<S extends { readonly id: string }>(doors: FastifyInstance, deps: DoorDeps<S>): void {
  const open = (url: string, method: 'GET' | 'POST', summary: string, answer: SensorsAnswer<S>) =>
    endpoint(doors, {
      method,
      url,
      needs: 'public',
      summary,
      query: SensorsQuery,
      answer: Type.Unknown(),
      bodyLimit: maxBodyBytes,
      perMinute,
      async handle(ctx, { query, request, reply }) {
        const machine = asMachine(ctx, 'collect')
        const form = Buffer.isBuffer(request.body) ? { ...query, ...sensorsForm(request.body) } : query
        const source = await deps.findSource(machine, query.project ?? 'default')
        const sent = { ctx: machine, form, source, at: ctx.now }
        const messages = await unwrap(sent, deps)
        const placed = await place(sent, messages, deps)
        const { status, type, body } = await answer(placed, machine, request, ctx)
        reply.code(status).type(type)
        return body
      },
    })
  const take: SensorsAnswer<S> = async (placed, ctx) => {
    for (const { source, messages } of placed)
      await deps.receive(
        ctx,
        source,
        messages.map(({ incoming }) => incoming),
      )
    return { status: 200, type: 'text/plain; charset=utf-8', body: '' }
  }
  const pixel: SensorsAnswer<S> = async (placed, ...rest) => {
    await take(placed, ...rest)
    return { status: 200, type: 'image/gif', body: gif }
  }
  const debug: SensorsAnswer<S> = (placed, ctx, request, reader) => tryOut(placed, ctx, request, reader, deps)
  for (const method of ['GET', 'POST'] as const) {
    open('/sa', method, 'Takes messages of the Sensors Analytics protocol', take)
    open('/debug', method, 'Takes them, or with Dry-Run only looks at them, and says what is wrong', debug)
  }
  open('/sa.gif', 'GET', 'Takes messages of the Sensors Analytics protocol by image', pixel)
  open('/sa.gif', 'POST', 'Takes messages of the Sensors Analytics protocol', pixel)
  for (const url of ['/sa', '/sa.gif', '/debug']) preflight(doors, url)
}

type Sent<S> = { ctx: Ctx; form: SensorsForm; source: S | undefined; at: Date }
type Placed<S> = { source: S; messages: { index: number; incoming: Incoming }[] }[]
type SensorsAnswer<S> = (
  placed: Placed<S>,
  ctx: Ctx,
  request: FastifyRequest,
  reader: Ctx,
) => Promise<{ status: number; type: string; body: unknown }>

/** A body that cannot be read is answered so, and kept too: a page that sends by image never sees the answer. */
async function unwrap<S extends { readonly id: string }>(sent: Sent<S>, deps: DoorDeps<S>): Promise<unknown[]> {
  const { ctx, form, source } = sent
  try {
    return await sensorsMessages(form)
  } catch (error) {
    if (error instanceof Problem && error.code !== 'collect.empty' && source)
      await deps.receive(ctx, source, [refusedBy(keyOf(form), error, storable(form))])
    throw error
  }
}

function storable(form: SensorsForm): object {
  const kept = { ...form }
  makeStorable(kept)
  return kept
}

/**
 * By source. A project that a message names goes before the one of the address; one that nobody knows stays with the
 * address it was sent to, and is kept as `$project`, so that it can be found.
 */
async function place<S extends { readonly id: string }>(
  { ctx, source: ofAddress, at }: Sent<S>,
  messages: unknown[],
  deps: DoorDeps<S>,
): Promise<Placed<S>> {
  const read = messages.map((message) => readSensors(message, at))
  const projects = [...new Set(read.flatMap(({ project }) => (project === undefined ? [] : [project])))]
  const named = new Map<string, S>()
  // A message is one project's; a request that names many is somebody's guess at names.
  for (const project of projects.slice(0, 20)) {
    const source = await deps.findSource(ctx, project)
    if (source) named.set(project, source)
  }
  const placed = new Map<string, Placed<S>[number]>()
  read.forEach((message, index) => {
    const own = message.project === undefined ? undefined : named.get(message.project)
    const source = own ?? ofAddress ?? unknownProject()
    const group = placed.get(source.id) ?? { source, messages: [] }
    group.messages.push({ index, incoming: own ? message.incoming : withProject(message) })
    placed.set(source.id, group)
  })
  return [...placed.values()]
}

function withProject({ project, incoming }: SensorsMessage): Incoming {
  if (project === undefined || !('envelope' in incoming)) return incoming
  const { envelope } = incoming
  return { ...incoming, envelope: { ...envelope, props: { ...envelope.props, $project: project } } }
}

/** 200 when all is well and 402 when not, as the SDKs' debug mode expects; `Dry-Run: true` keeps nothing. */
async function tryOut<S extends { readonly id: string }>(
  placed: Placed<S>,
  ctx: Ctx,
  request: FastifyRequest,
  reader: Ctx,
  deps: DoorDeps<S>,
): Promise<{ status: number; type: string; body: unknown }> {
  const faults: object[] = []
  for (const { source, messages } of placed) {
    const incoming = messages.map((one) => one.incoming)
    const planned = (await deps.validate?.(ctx, source, incoming)) ?? []
    if (request.headers['dry-run'] !== 'true') await deps.receive(ctx, source, incoming)
    messages.forEach(({ index, incoming: one }, i) => {
      const refused = 'refused' in one ? one.refused : planned[i]
      if (!refused) return
      const { code, field = '' } = refused
      faults.push({ index, code, field, error_reason: `${field} ${refused[reader.lang]}`.trim() })
    })
  }
  const type = 'application/json; charset=utf-8'
  return faults.length === 0 ? { status: 200, type, body: {} } : { status: 402, type, body: faults }
}
