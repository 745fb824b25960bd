import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { Liquid, type Template } from 'liquidjs'

/** Templates of requests, written by the bank's engineers: they read what they are given, and no file. */
const engine = new Liquid({
  templates: {},
  ownPropertyOnly: true,
  strictVariables: true,
  cache: false,
  parseLimit: 100_000,
  renderLimit: 2000,
  memoryLimit: 50_000_000,
})

const out = (hash: Hash | Hmac, form: unknown) => hash.digest(form === 'base64' ? 'base64' : 'hex')
engine.registerFilter('json', (value: unknown) => JSON.stringify(value ?? null))
engine.registerFilter('md5', (value: unknown, form?: string) => out(createHash('md5').update(String(value)), form))
engine.registerFilter('sha256', (value: unknown, form?: string) =>
  out(createHash('sha256').update(String(value)), form),
)
engine.registerFilter('hmac_sha256', (value: unknown, key: unknown, form?: string) =>
  out(createHmac('sha256', String(key)).update(String(value)), form),
)
engine.registerFilter('hmac_sha1', (value: unknown, key: unknown, form?: string) =>
  out(createHmac('sha1', String(key)).update(String(value)), form),
)
engine.registerFilter('base64', (value: unknown) => Buffer.from(String(value)).toString('base64'))
engine.registerFilter('uri', (value: unknown) => encodeURIComponent(String(value)))

export type Compiled = (values: Record<string, unknown>) => string

/** @throws Error, with what is wrong and where. */
export function compile(source: string): Compiled {
  const parsed: Template[] = engine.parse(source)
  return (values) => String(engine.renderSync(parsed, values))
}
