import { namesOf, refsOf } from '../../govern/orgs/orgs.ts'
import { change, read, stale } from '../../platform/change.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { order, type Page } from '../../platform/page.ts'
import { type FieldProblem, invalidField, missing, Problem, text } from '../../platform/problem.ts'
import { dayOf, homeZone, startOfDay } from '../../platform/time/zone.ts'
import * as sealed from './account.ts'
import type {
  Account,
  AccountDetail,
  AccountEdit,
  AccountQuery,
  AccountSwitch,
  NewAccount,
  Sample,
  SampleQuery,
  Settings,
} from './contract.ts'
import { faultsOf } from './faults.ts'
import { countStrays } from './keepStore.ts'
import type { Kind } from './kinds/kind.ts'
import { kinds } from './kinds/kinds.ts'
import { newPair } from './kinds/webpush.ts'
import { costOf } from './rules/cost.ts'
import { lightOf } from './rules/health.ts'
import * as store from './store.ts'

const recentMs = 15 * 60_000

export function listAccounts(ctx: Ctx, query: AccountQuery): Promise<Page<Account>> {
  const sorts = {
    name: { sql: 'name', type: 'text' },
    channel: { sql: 'channel', type: 'text' },
    createdAt: { sql: 'created_at', type: 'timestamptz' },
  }
  const by = order(query, sorts, 'channel')
  return read(ctx, async (tx) => {
    const page = by.page(await store.pageOfAccounts(tx, query, by), (row) => row[by.name as keyof typeof sorts])
    return { next: page.next, items: await toWire(ctx, tx, page.items) }
  })
}

async function toWire(ctx: Ctx, tx: Tx, rows: readonly store.AccountRow[]): Promise<Account[]> {
  const ids = rows.map(({ id }) => id)
  const [names, today, recent] = await Promise.all([
    namesOf(
      tx,
      rows.map(({ org }) => org),
    ),
    store.sumsSince(tx, ids, startOfDay(dayOf(ctx.now, homeZone), homeZone)),
    store.sumsSince(tx, ids, new Date(ctx.now.getTime() - recentMs)),
  ])
  const sum = (sums: readonly store.Sums[], account: string, ...outcomes: string[]) =>
    sums
      .filter((one) => one.account === account && outcomes.includes(one.outcome))
      .reduce((all, one) => ({ count: all.count + one.count, units: all.units + one.units }), { count: 0, units: 0 })
  return rows.map((row) => {
    const sent = sum(today, row.id, 'sent')
    const { id, name, channel, kind, settings, secrets, price, perSecond, perMinute, perDay, windows } = row
    const { failuresMax, identity, state, reason, version } = row
    return {
      ...{ id, name, channel, kind, settings, secrets, price, perSecond, perMinute, perDay, windows },
      ...{ failuresMax, identity, state, reason, version },
      org: { id: row.org, name: names.get(row.org) ?? '' },
      light: lightOf(state, { sent: sum(recent, id, 'sent').count, own: sum(recent, id, 'transient').count }),
      probeAt: row.probeAt?.toISOString() ?? null,
      succeededAt: row.succeededAt?.toISOString() ?? null,
      failedAt: row.failedAt?.toISOString() ?? null,
      today: {
        sent: sent.count,
        delivered: sum(today, id, 'delivered').count,
        failed: sum(today, id, 'transient', 'permanent').count,
        units: sent.units,
        cost: costOf(sent.units, price),
      },
      by: row.byName,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
    }
  })
}

async function wire(ctx: Ctx, tx: Tx, id: string): Promise<Account> {
  const row = (await store.findAccount(tx, id)) ?? missing('channel account', id)
  const [account] = await toWire(ctx, tx, [row])
  return account ?? missing('channel account', id)
}

export async function getAccount(ctx: Ctx, id: string, publicUrl: string): Promise<AccountDetail> {
  const dayAgo = new Date(ctx.now.getTime() - 86_400_000)
  const { account, row, hours, waiting } = await read(ctx, async (tx) => ({
    account: await wire(ctx, tx, id),
    row: (await store.findAccount(tx, id)) ?? missing('channel account', id),
    hours: await store.hoursSince(tx, id, dayAgo),
    waiting: await countStrays(tx, id),
  }))
  // The token in it lets whoever has it report receipts.
  const callback =
    kinds[row.kind].callback && ctx.permissions.has('channels.account.edit')
      ? sealed.callbackOf(publicUrl, await sealed.opened(ctx, row))
      : null
  const byHour = Map.groupBy(hours, ({ at }) => at.toISOString())
  const count = (sums: readonly store.Sums[], ...outcomes: string[]) =>
    sums.filter(({ outcome }) => outcomes.includes(outcome)).reduce((all, one) => all + one.count, 0)
  return {
    ...account,
    callback,
    waiting,
    hours: [...byHour].map(([at, sums]) => {
      const sent = count(sums, 'sent')
      const ms = sums.reduce((all, one) => all + one.ms, 0)
      return { at, sent, failed: count(sums, 'transient', 'permanent'), ms: sent > 0 ? Math.round(ms / sent) : null }
    }),
  }
}

/** `needs`: kinds that this installation can work at all. */
export async function createAccount(ctx: Ctx, given: NewAccount, usable: ReadonlySet<string>): Promise<Account> {
  const kind = kinds[given.kind]
  if (!usable.has(kind.kind))
    throw invalidField('kind', 'channels.kind_away', text('本系统未启用该渠道', 'This channel is not installed here'))
  const { settings, values } = withPair(kind, given.settings, given.secrets ?? {})
  checkSettings(kind, settings, new Set(Object.keys(values)))
  const id = newId('acc', ctx.now)
  const name = given.name.trim()
  const target = { kind: 'channel-account', id, name, org: given.org as Id<'org'> }
  return change(ctx, 'channels.account.create', target, async (tx) => {
    if (!(await refsOf(tx, [given.org])).get(given.org)?.open)
      throw invalidField(
        'org',
        'channels.unknown_org',
        text('没有这个机构,或已撤销', 'No such organisation, or it is closed'),
      )
    const made = {
      ...{ id, org: given.org, name, channel: kind.channel, kind: kind.kind, settings },
      secret: sealed.seal(ctx, id, sealed.newSealed(values)),
      secrets: Object.keys(values),
      ...limitsOf(kind, given),
      byName: ctx.who.name,
      createdAt: ctx.now,
    }
    if (!(await store.insertAccount(tx, made))) nameTaken()
    return wire(ctx, tx, id)
  })
}

function limitsOf(kind: Kind, given: NewAccount) {
  return {
    price: given.price ?? kind.price,
    perSecond: given.perSecond ?? null,
    perMinute: given.perMinute ?? null,
    perDay: given.perDay ?? null,
    windows: given.windows ?? [],
    failuresMax: given.failuresMax ?? 20,
    identity: kind.identity === null ? null : (given.identity ?? kind.identity),
  }
}

function withPair(kind: Kind, settings: Settings, secrets: Record<string, string>) {
  const values = Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== ''))
  if (kind.kind !== 'webpush' || values.privateKey || settings.publicKey) return { settings, values }
  const { publicKey, privateKey } = newPair()
  return { settings: { ...settings, publicKey }, values: { ...values, privateKey } }
}

/** Empty fields of a form are left out: what is not said is not kept. */
function checkSettings(kind: Kind, settings: Settings, secrets: ReadonlySet<string>): void {
  const fields: FieldProblem[] = faultsOf(kind.settings, settings, 'settings')
  for (const { name, needed } of kind.secrets)
    if (needed && !secrets.has(name)) fields.push({ field: `secrets.${name}`, message: text('必填', 'Needed') })
  for (const name of secrets)
    if (!kind.secrets.some((one) => one.name === name))
      fields.push({ field: `secrets.${name}`, message: text('没有这一项', 'No such secret') })
  if (fields.length === 0) fields.push(...(kind.check?.(settings, secrets) ?? []))
  if (fields.length > 0)
    throw new Problem('invalid', 'channels.settings', text('账号设置有误', 'The settings are not right'), { fields })
}

/** Secrets that are left out stay; but not when they would be sent elsewhere by one who does not know them. */
export async function editAccount(ctx: Ctx, id: string, edit: AccountEdit): Promise<Account> {
  const before = await read(ctx, async (tx) => (await store.findAccount(tx, id)) ?? missing('channel account', id))
  const kind = kinds[before.kind]
  const settings = edit.settings ?? before.settings
  const given = Object.fromEntries(Object.entries(edit.secrets ?? {}).filter(([, value]) => value !== ''))
  if (sealed.goesElsewhere(kind.towards, before.settings, settings)) {
    const again = before.secrets.filter((name) => !(name in given))
    const message = text(
      '地址、账号或加密方式已改变:请重新填写',
      'The address, user or encryption changed: give it again',
    )
    if (again.length > 0)
      throw new Problem('invalid', 'channels.secret_again', message, {
        fields: again.map((name) => ({ field: `secrets.${name}`, message })),
      })
  }
  checkSettings(kind, settings, new Set([...before.secrets, ...Object.keys(given)]))
  const target = { kind: 'channel-account', id, name: before.name, org: before.org as Id<'org'> }
  return change(ctx, 'channels.account.edit', target, async (tx) => {
    tx.before(await wire(ctx, tx, id))
    const row = (await store.findAccount(tx, id)) ?? missing('channel account', id)
    const held = await sealed.open(ctx, row)
    const values = { ...held.values, ...given }
    const { version, secrets: _, name, settings: __, ...limits } = edit
    const to = {
      ...row,
      ...Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)),
      name: name?.trim() ?? row.name,
      settings,
      secret: sealed.seal(ctx, id, { ...held, values }),
      secrets: Object.keys(values),
    }
    if (!(await store.updateAccount(tx, to, version, ctx.now).catch(taken))) stale('channel account')
    return wire(ctx, tx, id)
  })
}

function nameTaken(): never {
  throw invalidField(
    'name',
    'channels.name_taken',
    text('本机构已有同名账号', 'The organisation has an account of this name'),
  )
}

function taken(error: unknown): never {
  if ((error as { constraint_name?: string }).constraint_name === 'account_name_key') nameTaken()
  throw error
}

export function switchAccount(ctx: Ctx, id: string, to: AccountSwitch): Promise<Account> {
  const target = { kind: 'channel-account', id, name: undefined as string | undefined }
  const action = to.state === 'on' ? 'channels.account.resume' : 'channels.account.pause'
  return change(ctx, action, target, async (tx) => {
    const row = (await store.findAccount(tx, id)) ?? missing('channel account', id)
    target.name = row.name
    tx.before({ state: row.state, reason: row.reason })
    const words = to.reason?.trim() || ctx.who.name
    const reason = to.state === 'paused' ? { zh: words, en: words } : null
    if (!(await store.switchAccount(tx, { id: row.id, state: to.state, reason, version: to.version }, ctx.now)))
      stale('channel account')
    return wire(ctx, tx, id)
  })
}

export function removeAccount(ctx: Ctx, id: string): Promise<void> {
  const target = { kind: 'channel-account', id, name: undefined as string | undefined }
  return change(ctx, 'channels.account.remove', target, async (tx) => {
    const row = (await store.findAccount(tx, id)) ?? missing('channel account', id)
    target.name = row.name
    tx.before(await wire(ctx, tx, id))
    await store.deleteAccount(tx, id)
  })
}

export function listSamples(ctx: Ctx, id: string, query: SampleQuery): Promise<Page<Sample>> {
  const by = order({ ...query, sort: query.sort ?? '-id' }, { id: { sql: 'id', type: 'bigint' } }, '-id')
  return read(ctx, async (tx) => {
    if (!(await store.findAccount(tx, id))) missing('channel account', id)
    const page = by.page(await store.pageOfSamples(tx, id, query, by), (row) => row.id)
    return { next: page.next, items: page.items.map((row) => ({ ...row, at: row.at.toISOString() })) }
  })
}
