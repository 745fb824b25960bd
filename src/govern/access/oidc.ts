import * as client from 'openid-client'
import { read, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx, withCtx } from '../../platform/ctx.ts'
import type { Tx } from '../../platform/db/db.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { missing, Problem, text } from '../../platform/problem.ts'
import { findOrgByCode } from '../orgs/orgs.ts'
import { changeAccess, unkeyed } from './callers.ts'
import * as proofs from './proofStore.ts'
import { isHere, type OidcProvider } from './providers.ts'
import { type OpenSession, openSession } from './sessions.ts'
import * as store from './store.ts'
import { hashToken, newToken } from './token.ts'

/** Minutes between leaving for the provider and coming back. */
const flowMinutes = 10

/** The doors to the configured providers. What a provider says about itself is asked once, and again after a failure. */
export type OidcDoors = {
  readonly providers: readonly OidcProvider[]
  /** Where to send the browser, and what to leave in it so that nobody else can finish. */
  start(ctx: Ctx, id: string, backTo: string | undefined): Promise<{ url: string; browser: string }>
  /** `search` is the query as it came back. @throws `access.oidc_…`, `access.disabled`. */
  finish(ctx: Ctx, id: string, search: string, browser: string): Promise<OpenSession & { backTo: string }>
}

export function oidcDoors(providers: readonly OidcProvider[], publicUrl: string): OidcDoors {
  const known = new Map<string, Promise<client.Configuration>>()
  const provider = (id: string) => providers.find((one) => one.id === id) ?? missing('provider', id)
  const redirect = (id: string) => `${publicUrl}/api/access/oidc/${id}/callback`

  function configuration(of: OidcProvider): Promise<client.Configuration> {
    const asked = known.get(of.id) ?? discover(of)
    known.set(of.id, asked)
    asked.catch(() => known.delete(of.id))
    return asked
  }

  return {
    providers,
    async start(ctx, id, backTo) {
      const of = provider(id)
      const config = await configuration(of)
      const [state, nonce, browser] = [newToken(), newToken(), newToken()]
      const verifier = client.randomPKCECodeVerifier()
      const challenge = await client.calculatePKCECodeChallenge(verifier)
      const flow = { provider: id, nonce, verifier, backTo: localPath(backTo) }
      const expiresAt = new Date(ctx.now.getTime() + flowMinutes * 60_000)
      const hashes = { stateHash: hashToken(state), browserHash: hashToken(browser) }
      await unauditedChange(asMachine(ctx, 'sign-in'), 'a sign-in leaves for its provider', (tx) =>
        proofs.insertFlow(tx, { ...flow, ...hashes, expiresAt }),
      )
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirect(id),
        scope: of.scopes,
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      })
      return { url: url.href, browser }
    },
    async finish(ctx, id, search, browser) {
      const of = provider(id)
      const state = new URLSearchParams(search).get('state') ?? ''
      const flow = await unauditedChange(asMachine(ctx, 'sign-in'), 'a sign-in comes back from its provider', (tx) =>
        proofs.takeFlow(tx, hashToken(state), hashToken(browser), ctx.now),
      )
      if (flow?.provider !== id)
        throw refused('expired', '登录已超时,请重新开始', 'This sign-in took too long: begin again')
      const claims = await claimsOf(ctx, of, await configuration(of), new URL(`${redirect(id)}${search}`), flow, state)
      const session = await openFor(ctx, of, claims)
      return { ...session, backTo: flow.backTo }
    },
  }
}

async function discover(of: OidcProvider): Promise<client.Configuration> {
  const options = isHere(of.issuer) ? { execute: [client.allowInsecureRequests], timeout: 10 } : { timeout: 10 }
  const proof = of.clientSecret ? client.ClientSecretPost(of.clientSecret) : client.None()
  try {
    return await client.discovery(new URL(of.issuer), of.clientId, undefined, proof, options)
  } catch (error) {
    throw new Problem(
      'unavailable',
      'access.oidc_unreachable',
      text('统一身份服务暂时不可用', 'The single sign-on service does not answer'),
      { cause: error },
    )
  }
}

type Claims = Record<string, unknown> & { sub: string }

async function claimsOf(
  ctx: Ctx,
  of: OidcProvider,
  config: client.Configuration,
  url: URL,
  flow: proofs.OidcFlow,
  state: string,
): Promise<Claims> {
  try {
    const checks = { pkceCodeVerifier: flow.verifier, expectedState: state, expectedNonce: flow.nonce }
    const tokens = await client.authorizationCodeGrant(config, url, { ...checks, idTokenExpected: true })
    const claims = tokens.claims()
    if (!claims) throw new Error('the provider sent no id token')
    if (claims[of.claim] !== undefined || !config.serverMetadata().userinfo_endpoint) return { ...claims }
    return { ...(await client.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims }
  } catch (error) {
    ctx.log.warn({ err: error, provider: of.id }, 'a sign-in through a provider failed')
    throw refused('refused', '统一身份登录没有成功', 'Single sign-on did not go through')
  }
}

/** Whom the provider means: whoever is bound to the subject; at the first time, whoever the claim names. */
async function openFor(ctx: Ctx, of: OidcProvider, claims: Claims): Promise<OpenSession> {
  const machine = asMachine(ctx, 'sign-in')
  const bound = await read(machine, async (tx) => {
    const person = await proofs.findIdentity(tx, of.id, claims.sub)
    return person === undefined ? undefined : store.findPerson(tx, person)
  })
  if (bound) return openSession(ctx, bound, { via: of.id })
  const named = typeof claims[of.claim] === 'string' ? String(claims[of.claim]).trim() : ''
  const unverified = of.matches === 'email' && claims.email_verified === false
  const found = named && !unverified ? await read(machine, (tx) => findNamed(tx, of, named)) : undefined
  const person = found ?? (named && !unverified ? await makeAccount(ctx, of, named, claims) : undefined)
  if (!person)
    throw refused('unknown', '没有对应的用户,请联系管理员', 'There is no user for you here: ask your administrator')
  const bind = async (tx: Tx) => {
    const identity = { provider: of.id, subject: claims.sub, person: person.id, createdAt: ctx.now }
    if (!(await proofs.insertIdentity(tx, identity)))
      throw refused('other_subject', '该用户已绑定其他身份', 'This user is bound to someone else there')
  }
  return openSession(ctx, person, { via: of.id, also: bind })
}

async function findNamed(tx: Tx, of: OidcProvider, value: string): Promise<store.PersonRow | undefined> {
  if (of.matches === 'login') return store.findByLogin(tx, value)
  const people = await proofs.peopleByEmail(tx, value)
  return people.length === 1 && people[0] ? store.findPerson(tx, people[0].id) : undefined
}

/** Only where the provider is set so: with the one role and organisation that the setting names. */
async function makeAccount(
  ctx: Ctx,
  of: OidcProvider,
  named: string,
  claims: Claims,
): Promise<store.PersonRow | undefined> {
  if (!of.create || !/^[A-Za-z0-9][A-Za-z0-9._@-]{1,59}$/.test(named)) return undefined
  const machine = asMachine(ctx, `provider ${of.id}`)
  const org = await findOrgByCode(machine, of.create.org)
  const role = (await read(machine, store.listRoles)).find((one) => one.builtIn === of.create?.role)
  if (!org || !role || org.state === 'closed') {
    ctx.log.warn({ provider: of.id }, 'a provider makes accounts with a role or an organisation that is not there')
    return undefined
  }
  const id = newId('usr', ctx.now)
  const name = typeof claims.name === 'string' && claims.name.trim() ? claims.name.trim().slice(0, 60) : named
  const target = { kind: 'user', id, name, org: org.id as Id<'org'> }
  const byMachine = withCtx(machine, { origin: unkeyed(ctx).origin })
  await changeAccess(byMachine, 'access.user.create', target, async (tx) => {
    const person = { id, login: named, name, org: target.org, demo: false, mustChange: false, passwordHash: null }
    if (!(await store.insertPerson(tx, person, ctx.now)))
      throw refused('unknown', '用户名已被使用', 'The login is taken')
    await store.insertGrant(tx, { person: id, role: role.id, org: org.id })
    tx.after({ login: named, provider: of.id, role: role.builtIn, org: org.id })
  })
  return read(machine, (tx) => store.findPerson(tx, id))
}

/** Never to another site: a link to our sign-in must not lead elsewhere. */
function localPath(path: string | undefined): string {
  if (!path?.startsWith('/')) return '/'
  const there = URL.parse(path, 'http://here.invalid')
  return there?.origin === 'http://here.invalid' && !/^[/\\]{2}|[\\\p{Cc}]/u.test(path) ? path : '/'
}

function refused(code: string, zh: string, en: string): Problem {
  return new Problem('denied', `access.oidc_${code}`, text(zh, en))
}
