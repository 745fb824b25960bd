import { randomBytes } from 'node:crypto'
import { Type } from 'typebox'
import { type FieldProblem, text } from '../../../platform/problem.ts'
import type { Field, Settings } from '../contract.ts'
import { at, type Codes, headersOf, momentOf, said, verdictOf, wordsOf } from '../rules/gateway.ts'
import { type Asker, openAsker, type Reply } from './http.ts'
import {
  type Addressed,
  type Arrived,
  faultOutcome,
  type Line,
  type Outcome,
  type Read,
  type ReadReceipt,
  type Way,
  WayFault,
} from './kind.ts'
import { type Compiled, compile } from './template.ts'

const Path = Type.Optional(Type.String({ maxLength: 100, pattern: '^[\\w.-]*$' }))
const Words = Type.Optional(Type.String({ maxLength: 500 }))

/** How a provider is spoken to over HTTP, whatever the channel: every kind of gateway has these settings. */
export const gatewaySettings = {
  url: Type.String({ minLength: 1, maxLength: 1000, pattern: '^https?://' }),
  method: Type.Enum(['POST', 'GET', 'PUT']),
  bodyType: Type.Enum(['json', 'form', 'text']),
  headers: Type.Optional(Type.String({ maxLength: 4000 })),
  body: Type.Optional(Type.String({ maxLength: 10_000 })),
  batch: Type.Integer({ minimum: 1, maximum: 1000 }),
  parallel: Type.Integer({ minimum: 1, maximum: 64 }),
  timeoutSeconds: Type.Integer({ minimum: 1, maximum: 120 }),
  codePath: Path,
  okCodes: Words,
  textPath: Path,
  idPath: Path,
  itemsPath: Path,
  throttledCodes: Words,
  transientCodes: Words,
  refusedCodes: Words,
  invalidCodes: Words,
  receiptField: Path,
  receiptsPath: Path,
  receiptIdPath: Path,
  receiptKeyPath: Path,
  receiptStatePath: Path,
  deliveredStates: Words,
  ignoredStates: Words,
  receiptAtPath: Path,
  inboundFromPath: Path,
  inboundTextPath: Path,
  receiptAnswer: Type.Optional(Type.String({ maxLength: 500 })),
}

export const gatewayInitial: Settings = {
  method: 'POST',
  bodyType: 'json',
  batch: 1,
  parallel: 8,
  timeoutSeconds: 10,
  codePath: 'code',
  okCodes: '0',
  textPath: 'msg',
}

const field = (name: string, zh: string, en: string, more: Partial<Field> = {}): Field => ({
  name,
  label: text(zh, en),
  ...more,
})
const listed = { help: text('多个用逗号分隔', 'Several with commas') }

export const gatewayFields: readonly Field[] = [
  field('url', '接口地址', 'Address', { placeholder: text('https://短信平台/…', 'https://gateway/…') }),
  field('method', '方法', 'Method'),
  field('bodyType', '请求体格式', 'Form of the body', {
    options: [
      { value: 'json', label: text('JSON', 'JSON') },
      { value: 'form', label: text('表单', 'Form') },
      { value: 'text', label: text('文本', 'Text') },
    ],
  }),
  field('headers', '请求头', 'Headers', {
    area: true,
    help: text('每行一个:名称: 值,可用变量', 'One a line, Name: value; variables may be used'),
  }),
  field('body', '请求体模板', 'Template of the body', {
    area: true,
    help: text(
      'Liquid。变量:letter、letters、secrets、settings、now、nonce、callback;过滤器:json、md5、hmac_sha256、base64、uri',
      'Liquid. Variables: letter, letters, secrets, settings, now, nonce, callback; filters: json, md5, hmac_sha256, base64, uri',
    ),
  }),
  field('batch', '每次请求条数', 'Letters a request'),
  field('parallel', '并发请求数', 'Requests at a time'),
  field('timeoutSeconds', '超时(秒)', 'Time-out (s)'),
  field('codePath', '结果码路径', 'Path of the code', { placeholder: text('code', 'code') }),
  field('okCodes', '成功码', 'Codes that mean taken', listed),
  field('textPath', '结果说明路径', 'Path of the words'),
  field('idPath', '消息编号路径', 'Path of the id', { placeholder: text('msgid', 'msgid') }),
  field('itemsPath', '批量结果路径', 'Path of the results', {
    help: text('批量时,与请求同序', 'Of a batch, in its order'),
  }),
  field('throttledCodes', '限流码', 'Codes of too much', listed),
  field('transientCodes', '可重试码', 'Codes to try again', listed),
  field('refusedCodes', '内容拒绝码', 'Codes of refused content', listed),
  field('invalidCodes', '无效地址码', 'Codes of bad addresses', {
    help: text('空号、黑名单:不再发送到该地址', 'Such an address is not tried again'),
  }),
  field('receiptField', '回执所在表单字段', 'Form field of receipts'),
  field('receiptsPath', '回执列表路径', 'Path of receipts'),
  field('receiptIdPath', '回执消息编号路径', 'Path of their id'),
  field('receiptKeyPath', '回执自定义编号路径', 'Path of our key'),
  field('receiptStatePath', '回执状态路径', 'Path of their state'),
  field('deliveredStates', '送达状态', 'States of delivered', listed),
  field('ignoredStates', '忽略的状态', 'States to pass over', listed),
  field('receiptAtPath', '回执时间路径', 'Path of their time'),
  field('inboundFromPath', '上行号码路径', 'Path of the sender of answers'),
  field('inboundTextPath', '上行内容路径', 'Path of the words of answers'),
  field('receiptAnswer', '回执应答', 'Answer to receipts', { placeholder: text('{"code":0}', '{"code":0}') }),
]

/** What can only be seen by trying: templates that cannot be read. */
export function checkGateway(settings: Settings): FieldProblem[] {
  return ['body', 'headers', 'url'].flatMap((name) => {
    try {
      compile(said(settings[name]))
      return []
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return [{ field: `settings.${name}`, message: text(`模板有误:${why}`, `The template is wrong: ${why}`) }]
    }
  })
}

type Variables = (letter: Addressed) => Record<string, unknown>
type Templates = { url: Compiled; body: Compiled; headers: Compiled }

/** An account of a provider over HTTP. `variables` says what a template knows of a letter. */
export function openGateway(way: Way, variables: Variables, unitsOf: (letter: Addressed) => number): Line {
  const { settings } = way
  const asker = openAsker(way.ctx)
  const templates: Templates = {
    url: compile(said(settings.url)),
    body: compile(said(settings.body)),
    headers: compile(said(settings.headers)),
  }
  const batch = Number(settings.batch ?? 1)
  return {
    async send(letters, signal) {
      const sets: Addressed[][] = []
      for (let from = 0; from < letters.length; from += batch) sets.push(letters.slice(from, from + batch))
      const outcomes = await inParallel(sets, Number(settings.parallel ?? 8), async (set) => {
        try {
          const reply = await askFor(way, asker, templates, set.map(variables), signal)
          return readReply(settings, set, reply, unitsOf)
        } catch (error) {
          return set.map(({ key }) => faultOutcome(key, error))
        }
      })
      return outcomes.flat()
    },
    async close() {
      asker.close()
    },
  }
}

export async function inParallel<T, R>(items: readonly T[], width: number, run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const index = next++
      results[index] = await run(items[index] as T)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return results
}

async function askFor(
  way: Way,
  asker: Asker,
  templates: Templates,
  letters: Record<string, unknown>[],
  signal: AbortSignal,
): Promise<Reply> {
  const { settings, secrets, callback, ctx } = way
  const values = {
    letters,
    letter: letters[0],
    settings,
    secrets,
    callback,
    now: clockOf(ctx.now),
    nonce: randomBytes(12).toString('hex'),
  }
  const types = { json: 'application/json', form: 'application/x-www-form-urlencoded', text: 'text/plain' }
  const type = types[settings.bodyType as keyof typeof types] ?? types.json
  let ask: { url: string; body: string; headers: Record<string, string> }
  try {
    const body = templates.body(values)
    const headers = headersOf(templates.headers({ ...values, body }))
    ask = { url: templates.url({ ...values, body }), body, headers }
  } catch (error) {
    throw new WayFault('transient', 'template', error instanceof Error ? error.message : String(error))
  }
  const method = said(settings.method) || 'POST'
  return asker.ask(
    {
      method,
      url: ask.url,
      headers: { ...(method === 'GET' ? {} : { 'content-type': `${type}; charset=utf-8` }), ...ask.headers },
      ...(method === 'GET' ? {} : { body: ask.body }),
      timeoutMs: Number(settings.timeoutSeconds ?? 10) * 1000,
    },
    signal,
  )
}

/** Moments as signatures want them; the others on the clock of Beijing. */
function clockOf(now: Date) {
  const beijing = new Date(now.getTime() + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14)
  return {
    ms: now.getTime(),
    s: Math.floor(now.getTime() / 1000),
    iso: now.toISOString(),
    beijing,
    mmddhhmmss: beijing.slice(4),
  }
}

function codesOf(settings: Settings): Codes {
  return {
    ok: wordsOf(settings.okCodes),
    throttled: wordsOf(settings.throttledCodes),
    transient: wordsOf(settings.transientCodes),
    refused: wordsOf(settings.refusedCodes),
    invalid: wordsOf(settings.invalidCodes),
  }
}

function readReply(
  settings: Settings,
  set: readonly Addressed[],
  reply: Reply,
  unitsOf: (letter: Addressed) => number,
): Outcome[] {
  const body = parsed(reply.text)
  const items = settings.itemsPath ? at(body, said(settings.itemsPath)) : undefined
  return set.map((letter, i) => {
    const own = Array.isArray(items) ? items[i] : body
    const code = said(at(own, said(settings.codePath) || undefined)).slice(0, 100)
    const words = said(at(own, said(settings.textPath) || 'msg')).slice(0, 200)
    const verdict = verdictOf(
      reply.status,
      settings.codePath ? code : '',
      settings.codePath ? codesOf(settings) : { ...codesOf(settings), ok: [] },
    )
    const { key } = letter
    if (verdict === 'sent') {
      const id = said(at(own, said(settings.idPath) || undefined))
      return { key, state: 'sent', providerId: settings.idPath && id ? id : key, units: unitsOf(letter) }
    }
    const failed = verdict === 'throttled' || verdict === 'transient' ? verdict : 'permanent'
    const about = { code: code || `http_${reply.status}`, text: words || `HTTP ${reply.status}` }
    if (verdict === 'invalid') return { key, failed, ...about, suppress: true }
    return { key, failed, ...about, ...(verdict === 'transient' ? { own: true } : {}) }
  })
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return { text: body.trim() }
  }
}

/** What a provider called back with, by the paths of the settings. */
export function readGateway(settings: Settings, arrived: Arrived): Read {
  const whole = bodyOf(arrived)
  const held = settings.receiptField ? parsed(said(at(whole, said(settings.receiptField)))) : whole
  const list = settings.receiptsPath ? at(held, said(settings.receiptsPath)) : held
  const receipts: ReadReceipt[] = []
  const inbound: Read['inbound'] = []
  for (const one of Array.isArray(list) ? list : [list]) {
    const moment = momentOf(at(one, said(settings.receiptAtPath) || 'at')) ?? arrived.now
    const from = said(settings.inboundFromPath ? at(one, said(settings.inboundFromPath)) : undefined)
    const words = said(settings.inboundTextPath ? at(one, said(settings.inboundTextPath)) : undefined)
    const state = said(settings.receiptStatePath ? at(one, said(settings.receiptStatePath)) : undefined)
    if (state === '' && from !== '' && words !== '') {
      inbound.push({ from, text: words, at: moment })
      continue
    }
    const id = said(settings.receiptIdPath ? at(one, said(settings.receiptIdPath)) : undefined)
    const key = said(settings.receiptKeyPath ? at(one, said(settings.receiptKeyPath)) : undefined)
    if ((id === '' && key === '') || state === '' || wordsOf(settings.ignoredStates).includes(state)) continue
    receipts.push({
      ...(key === '' ? { providerId: id } : { key }),
      state: wordsOf(settings.deliveredStates).includes(state) ? 'delivered' : 'failed',
      at: moment,
      code: state.slice(0, 100),
    })
  }
  const answer = said(settings.receiptAnswer)
  return { receipts, inbound, ...(answer === '' ? {} : { answer }) }
}

function bodyOf({ body, type, query }: Arrived): unknown {
  if (body.length === 0) return query
  const content = body.toString('utf8')
  if (type.includes('form-urlencoded')) return Object.fromEntries(new URLSearchParams(content))
  return parsed(content)
}
