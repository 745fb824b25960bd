import { type Static, Type } from 'typebox'
import { Check, Errors } from 'typebox/value'
import { Problem, text } from '../../platform/problem.ts'
import { Words } from './contract.ts'

const Provider = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' }),
    name: Words,
    issuer: Type.String({ pattern: '^https?://' }),
    clientId: Type.String({ minLength: 1 }),
    /** Absent for a public client; PKCE is used in any case. */
    clientSecret: Type.Optional(Type.String({ minLength: 1 })),
    scopes: Type.Optional(Type.String({ minLength: 1 })),
    /** The claim that names the person at the first sign-in, and what it is compared with. */
    claim: Type.Optional(Type.String({ minLength: 1 })),
    matches: Type.Optional(Type.Enum(['login', 'email'])),
    /** Makes an account for one who has none: the built-in role, and the code of the organisation. */
    create: Type.Optional(Type.Object({ role: Type.String(), org: Type.String() }, { additionalProperties: false })),
  },
  { additionalProperties: false },
)
const Providers = Type.Array(Provider, { maxItems: 20 })

export type OidcProvider = Static<typeof Provider> & { scopes: string; claim: string; matches: 'login' | 'email' }

/** Reads the setting `ZHIXING_OIDC`, a JSON list; see the README beside this file. @throws Problem naming what is wrong. */
export function readProviders(json: string | undefined): OidcProvider[] {
  if (json === undefined) return []
  const given = parse(json)
  if (!Check(Providers, given)) {
    const [first] = Errors(Providers, given)
    throw bad(`${first?.instancePath ?? ''} ${first?.message ?? ''}`.trim())
  }
  const twice = given.find((one, i) => given.findIndex(({ id }) => id === one.id) !== i)
  if (twice) throw bad(`two providers have the id ${twice.id}`)
  const open = given.find(({ issuer }) => issuer.startsWith('http:') && !isHere(issuer))
  if (open) throw bad(`the issuer of ${open.id} must be https`)
  return given.map((one) => ({ scopes: 'openid profile email', claim: 'preferred_username', matches: 'login', ...one }))
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // The text itself holds secrets and stays out of the message.
    throw bad('it is not JSON')
  }
}

/** Without TLS only to this machine itself. */
export function isHere(issuer: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(issuer).hostname)
}

function bad(what: string): Problem {
  return new Problem(
    'invalid',
    'access.oidc_settings',
    text(`单点登录设置 ZHIXING_OIDC 有误:${what}`, `The setting ZHIXING_OIDC is not usable: ${what}`),
  )
}
