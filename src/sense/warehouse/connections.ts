import { namesOf, refsOf } from '../../govern/orgs/orgs.ts'
import { openSecret, sealSecret } from '../../govern/privacy/privacy.ts'
import { change, read, stale, unauditedChange } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { order, type Page } from '../../platform/page.ts'
import { invalidField, missing, Problem, type Text, text } from '../../platform/problem.ts'
import {
  type Connection,
  type ConnectionEdit,
  type ConnectionKind,
  type ConnectionQuery,
  type ConnectionSettings,
  type NewConnection,
  neededSettings,
  type Tested,
  type TestStep,
  testSteps,
} from './contract.ts'
import { sourceProblem } from './problems.ts'
import { allowedFolder } from './sources/files.ts'
import { addressOf, openSocket } from './sources/socket.ts'
import { wayTo } from './sources/source.ts'
import type { Way } from './sources/table.ts'
import * as store from './store.ts'

export async function listConnections(ctx: Ctx, query: ConnectionQuery): Promise<Page<Connection>> {
  const sorts = { name: { sql: 'name', type: 'text' }, createdAt: { sql: 'created_at', type: 'timestamptz' } }
  const by = order(query, sorts, '-createdAt')
  return read(ctx, async (tx) => {
    const page = by.page(await store.pageOfConnections(tx, query, by), (row) => row[by.name as keyof typeof sorts])
    const names = await namesOf(
      tx,
      page.items.map(({ org }) => org as Id<'org'>),
    )
    return { next: page.next, items: page.items.map((row) => toWire(row, names)) }
  })
}

export function getConnection(ctx: Ctx, id: string): Promise<Connection> {
  return read(ctx, (tx) => wire(tx, id))
}

async function wire(tx: Tx, id: string): Promise<Connection> {
  const row = (await store.findConnection(tx, id)) ?? missing('connection', id)
  return toWire(row, await namesOf(tx, [row.org as Id<'org'>]))
}

function toWire(row: store.ConnectionRow, names: ReadonlyMap<string, string>): Connection {
  const { id, name, kind, org, settings, secret, tested, mappings, byName, version, createdAt, updatedAt } = row
  return {
    ...{ id, name, kind, settings, tested, mappings, version },
    org: { id: org, name: names.get(org) ?? '' },
    hasSecret: secret !== null,
    by: byName,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

export async function createConnection(ctx: Ctx, given: NewConnection): Promise<Connection> {
  const { secret, settings, kind, org } = given
  await checkSettings(ctx, kind, settings)
  const id = newId('con', ctx.now)
  const sealed = secret ? sealSecret(ctx, id, secret) : null
  const name = given.name.trim()
  return change(
    ctx,
    'warehouse.connection.create',
    { kind: 'connection', id, name, org: org as Id<'org'> },
    async (tx) => {
      if (!(await refsOf(tx, [org])).get(org)?.open)
        throw invalidField(
          'org',
          'warehouse.unknown_org',
          text('没有这个机构,或已撤销', 'No such organisation, or it is closed'),
        )
      const made = { id, org, name, kind, settings, secret: sealed, byName: ctx.who.name, createdAt: ctx.now }
      await store.insertConnection(tx, made)
      return wire(tx, id)
    },
  )
}

/**
 * A secret that is left out stays. But not when it would be sent elsewhere: whoever may point a connection at another
 * host must know its secret.
 */
export async function editConnection(ctx: Ctx, id: string, edit: ConnectionEdit): Promise<Connection> {
  const before = await read(ctx, async (tx) => (await store.findConnection(tx, id)) ?? missing('connection', id))
  const settings = edit.settings ?? before.settings
  await checkSettings(ctx, before.kind, settings)
  if (before.secret && !edit.secret && goesElsewhere(before.settings, settings))
    throw invalidField(
      'secret',
      'warehouse.secret_again',
      text(
        '地址、用户或加密方式已改变:请重新填写密码',
        'The address, user or encryption changed: give the secret again',
      ),
    )
  const target = { kind: 'connection', id, name: before.name, org: before.org as Id<'org'> }
  return change(ctx, 'warehouse.connection.edit', target, async (tx) => {
    tx.before(await wire(tx, id))
    const row = (await store.findConnection(tx, id)) ?? missing('connection', id)
    const secret = edit.secret ? sealSecret(ctx, id, edit.secret) : row.secret
    const to = { id: row.id, name: edit.name?.trim() ?? row.name, settings, secret, version: edit.version }
    if (!(await store.updateConnection(tx, to, ctx.now))) stale('connection')
    return wire(tx, id)
  })
}

function goesElsewhere(before: ConnectionSettings, after: ConnectionSettings): boolean {
  return (['host', 'port', 'user', 'endpoint', 'tls', 'bucket'] as const).some((name) => before[name] !== after[name])
}

export function removeConnection(ctx: Ctx, id: string): Promise<void> {
  const target = { kind: 'connection', id, name: undefined as string | undefined }
  return change(ctx, 'warehouse.connection.remove', target, async (tx) => {
    const row = (await store.findConnection(tx, id)) ?? missing('connection', id)
    target.name = row.name
    tx.before(await wire(tx, id))
    if (row.mappings > 0)
      throw new Problem(
        'conflict',
        'warehouse.connection_used',
        text(`有 ${row.mappings} 个映射在使用,请先删除它们`, `${row.mappings} mappings use it: delete those first`),
      )
    await store.deleteConnection(tx, id)
  })
}

async function checkSettings(ctx: Ctx, kind: ConnectionKind, settings: ConnectionSettings): Promise<void> {
  const fields = neededSettings[kind]
    .filter((name) => settings[name] === undefined || settings[name] === '')
    .map((name) => ({ field: `settings.${name}`, message: text('必填', 'Needed') }))
  if (kind === 's3' && settings.endpoint && !/^https?:\/\/[^/\s@]+\/?$/.test(settings.endpoint))
    fields.push({ field: 'settings.endpoint', message: text('应形如 https://主机', 'It should read https://host') })
  if (fields.length > 0)
    throw new Problem('invalid', 'warehouse.settings', text('连接设置不完整', 'The settings are not complete'), {
      fields,
    })
  if (kind !== 'folder') return
  try {
    await allowedFolder(ctx, settings.path ?? '')
  } catch (error) {
    if (error instanceof Problem) throw invalidField('settings.path', error.code, error.text)
    throw error
  }
}

/** The way to a connection, its secret opened for it. */
export async function openWay(ctx: Ctx, row: store.ConnectionRow): Promise<Way> {
  const secret = row.secret ? await openSecret(ctx, row.id, row.secret) : ''
  return wayTo(ctx, row.kind, row.settings, secret)
}

export async function listTables(ctx: Ctx, id: string): Promise<{ items: string[] }> {
  const row = await read(ctx, async (tx) => (await store.findConnection(tx, id)) ?? missing('connection', id))
  return { items: await (await openWay(ctx, row)).tables() }
}

/** Tries the connection step by step and says at which it fails. What was found is kept with it. */
export async function testConnection(ctx: Ctx, id: string): Promise<Tested> {
  const row = await read(ctx, async (tx) => (await store.findConnection(tx, id)) ?? missing('connection', id))
  const steps: Tested['steps'] = []
  const note = (step: TestStep, result: 'ok' | 'warn' | 'failed', { zh, en }: Text) => {
    if (!steps.some((one) => one.step === step)) steps.push({ step, result, says: { zh, en } })
  }
  let at: TestStep = 'name'
  try {
    const place = placeOf(row)
    if (place) {
      note('name', 'ok', sameText(await addressOf(ctx, place.host)))
      at = 'port'
      ;(await openSocket(ctx, place.host, place.port)).destroy()
      note('port', 'ok', sameText(`${place.host}:${place.port}`))
    }
    at = 'sign-in'
    const way = await openWay(ctx, row)
    await way.test((step, result, zh, en) => note(step, result, text(zh, en)))
  } catch (error) {
    const problem = sourceProblem(error)
    if (!(problem instanceof Problem)) throw error
    note(/TLS|encrypted/.test(problem.text.en) ? 'tls' : at, 'failed', problem.text)
  }
  steps.sort((a, b) => testSteps.indexOf(a.step) - testSteps.indexOf(b.step))
  const tested = { ok: steps.every(({ result }) => result !== 'failed'), at: ctx.now.toISOString(), steps }
  await unauditedChange(ctx, 'what a test of a connection found', (tx) => store.saveTested(tx, id, tested))
  return tested
}

const sameText = (said: string) => text(said, said)

function placeOf({ kind, settings }: store.ConnectionRow): { host: string; port: number } | undefined {
  if (kind === 'folder') return undefined
  if (kind !== 's3') return { host: settings.host ?? '', port: settings.port ?? (kind === 'mysql' ? 3306 : 5432) }
  const url = new URL(settings.endpoint ?? 'https://localhost')
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
  }
}
