import type { FastifyInstance, FastifyReply } from 'fastify'
import { endpoint } from '../../platform/http/endpoint.ts'
import { Problem } from '../../platform/problem.ts'
import * as access from './access.ts'
import * as wire from './contract.ts'

export type AccessSettings = { demo: boolean; publicUrl: string; oidc?: readonly access.OidcProvider[] }

export function accessRoutes(app: FastifyInstance, settings: AccessSettings): void {
  const doors = access.oidcDoors(settings.oidc ?? [], settings.publicUrl)
  signInRoutes(app, settings, doors)
  oidcRoutes(app, settings, doors)
  meRoutes(app, settings)
  proofRoutes(app, settings)
  peopleRoutes(app)
}

function cookieOf(settings: AccessSettings, path: string) {
  return { path, httpOnly: true, sameSite: 'lax', secure: settings.publicUrl.startsWith('https:') } as const
}

/** The session's token goes into the browser; what is answered is the word that writes must repeat. */
function giveSession(reply: FastifyReply, settings: AccessSettings, session: access.OpenSession): { csrf: string } {
  reply.setCookie(access.cookieName, session.token, { ...cookieOf(settings, '/'), expires: session.expiresAt })
  return { csrf: access.csrfOf(session.token) }
}

function signInRoutes(app: FastifyInstance, settings: AccessSettings, doors: access.OidcDoors): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/access/sign-in-options',
    needs: 'public',
    summary: 'What the sign-in page offers',
    answer: wire.SignInOptions,
    handle: () => ({
      oidc: doors.providers.map(({ id, name }) => ({ id, name })),
      ...(settings.demo ? { demoAccounts: access.demoAccounts() } : {}),
    }),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/sign-in',
    needs: 'public',
    summary: 'Open a session: sets the cookie',
    body: wire.SignIn,
    answer: wire.SignedIn,
    perMinute: 60,
    async handle(ctx, { body, reply }) {
      const session = await access.signIn(ctx, body)
      giveSession(reply, settings, session)
      return { me: await access.getMe(await access.callerOf(ctx, session.token), session.token, settings.demo) }
    },
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/sign-out',
    needs: 'signed-in',
    summary: 'End this session',
    async handle(ctx, { request, reply }) {
      await access.signOutHere(ctx, request.cookies[access.cookieName] ?? '')
      reply.clearCookie(access.cookieName, { path: '/' })
    },
  })
}

const flowCookie = 'zx_oidc'

function oidcRoutes(app: FastifyInstance, settings: AccessSettings, doors: access.OidcDoors): void {
  const cookie = cookieOf(settings, '/api/access/oidc')
  const failed = (reply: FastifyReply, error: unknown) => {
    // A person stands before a browser here: he is brought back to the page that can say it.
    if (!(error instanceof Problem)) throw error
    return reply.redirect(`/sign-in?problem=${encodeURIComponent(error.code)}`)
  }
  endpoint(app, {
    method: 'GET',
    url: '/api/access/oidc/:id/start',
    needs: 'public',
    summary: 'Leave for a provider of single sign-on',
    params: wire.OidcParams,
    query: wire.OidcStart,
    perMinute: 60,
    async handle(ctx, { params, query, reply }) {
      try {
        const { url, browser } = await doors.start(ctx, params.id, query.to)
        reply.setCookie(flowCookie, browser, { ...cookie, maxAge: 600 }).redirect(url)
      } catch (error) {
        failed(reply, error)
      }
    },
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/access/oidc/:id/callback',
    needs: 'public',
    summary: 'Come back from a provider: opens a session',
    params: wire.OidcParams,
    query: wire.OidcCallback,
    perMinute: 60,
    async handle(ctx, { params, request, reply }) {
      reply.clearCookie(flowCookie, { path: cookie.path })
      const search = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''
      try {
        const session = await doors.finish(ctx, params.id, search, request.cookies[flowCookie] ?? '')
        giveSession(reply, settings, session)
        reply.redirect(session.backTo)
      } catch (error) {
        failed(reply, error)
      }
    },
  })
}

function meRoutes(app: FastifyInstance, { demo }: AccessSettings): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/access/me',
    needs: 'signed-in',
    summary: 'Who is signed in',
    answer: wire.Me,
    handle: (ctx, { request }) => access.getMe(ctx, access.tokenOf(request), demo),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/access/me',
    needs: 'signed-in',
    summary: 'Change one’s own name or language',
    body: wire.MyEdit,
    handle: (ctx, { body }) => access.editMe(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/access/me/scopes',
    needs: 'signed-in',
    summary: 'Organisations that may be chosen as scope',
    answer: wire.ScopeChoices,
    handle: (ctx) => access.scopeChoices(ctx),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/access/me/sessions',
    needs: 'signed-in',
    summary: 'One’s own sessions',
    answer: wire.Sessions,
    handle: async (ctx, { request }) => ({ items: await access.mySessions(ctx, access.tokenOf(request)) }),
  })
  endpoint(app, {
    method: 'DELETE',
    url: '/api/access/me/sessions/:id',
    needs: 'signed-in',
    summary: 'End one of one’s own sessions',
    params: wire.SessionParams,
    handle: (ctx, { params }) => access.endMySession(ctx, params.id),
  })
}

/** What proves a person: each changes what a session is worth, so each gives the session a new token. */
function proofRoutes(app: FastifyInstance, settings: AccessSettings): void {
  endpoint(app, {
    method: 'POST',
    url: '/api/access/me/password',
    needs: 'signed-in',
    summary: 'Change one’s own password',
    body: wire.PasswordChange,
    answer: wire.NewCsrf,
    perMinute: 20,
    handle: async (ctx, { body, request, reply }) =>
      giveSession(reply, settings, await access.changeMyPassword(ctx, access.tokenOf(request), body)),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/me/totp/start',
    needs: 'signed-in',
    summary: 'A secret for the second step; counts once it is confirmed',
    body: wire.TotpStart,
    answer: wire.TotpSecret,
    perMinute: 20,
    handle: (ctx, { body }) => access.startTotp(ctx, body.password),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/me/totp/confirm',
    needs: 'signed-in',
    summary: 'Turn the second step on',
    body: wire.TotpConfirm,
    answer: wire.RecoveryCodes,
    perMinute: 20,
    async handle(ctx, { body, request, reply }) {
      const { codes, session } = await access.confirmTotp(ctx, access.tokenOf(request), body.code)
      return { recoveryCodes: codes, ...giveSession(reply, settings, session) }
    },
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/me/totp/off',
    needs: 'signed-in',
    summary: 'Turn the second step off',
    body: wire.TotpOff,
    answer: wire.NewCsrf,
    perMinute: 20,
    handle: async (ctx, { body, request, reply }) =>
      giveSession(reply, settings, await access.turnTotpOff(ctx, access.tokenOf(request), body.password)),
  })
}

function peopleRoutes(app: FastifyInstance): void {
  const params = wire.UserParams
  endpoint(app, {
    method: 'GET',
    url: '/api/access/users',
    needs: 'access.user.read',
    summary: 'Users of the scope',
    query: wire.UserQuery,
    answer: wire.UserPage,
    handle: (ctx, { query }) => access.listUsers(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/users/:id/disable',
    needs: 'access.user.edit',
    summary: 'Disable a user and end his sessions',
    params,
    handle: (ctx, { params }) => access.setDisabled(ctx, params.id, true),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/users/:id/enable',
    needs: 'access.user.edit',
    summary: 'Let a user in again',
    params,
    handle: (ctx, { params }) => access.setDisabled(ctx, params.id, false),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/users/:id/unlock',
    needs: 'access.user.edit',
    summary: 'Lift the lock of wrong passwords',
    params,
    handle: (ctx, { params }) => access.unlock(ctx, params.id),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/users/:id/reset-password',
    needs: 'access.user.edit',
    summary: 'A new password, shown once',
    params,
    body: wire.ResetPassword,
    answer: wire.PasswordReset,
    handle: (ctx, { params, body }) => access.resetPassword(ctx, params.id, body.totpOff ?? false),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/access/roles',
    needs: 'access.role.read',
    summary: 'Roles',
    query: wire.RoleQuery,
    answer: wire.RolePage,
    // Some dozens at most: they fit one page.
    handle: async (ctx, { query }) => ({ items: await access.roles(ctx, query.q), next: null }),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/access/permissions',
    needs: 'access.role.read',
    summary: 'All permissions, by capability',
    answer: wire.PermissionCatalogue,
    handle: () => ({ groups: access.permissionCatalogue() }),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/users',
    needs: 'access.user.edit',
    summary: 'Add a user; the first password is shown once',
    body: wire.NewUser,
    answer: wire.UserMade,
    handle: (ctx, { body }) => access.createUser(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/access/users/:id',
    needs: 'access.user.read',
    summary: 'One user',
    params,
    answer: wire.UserDetail,
    handle: (ctx, { params }) => access.getUser(ctx, params.id),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/access/users/:id',
    needs: 'access.user.edit',
    summary: 'Change a user',
    params,
    body: wire.UserEdit,
    answer: wire.UserDetail,
    handle: (ctx, { params, body }) => access.editUser(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/users/:id/sign-out-everywhere',
    needs: 'access.user.edit',
    summary: 'End all sessions of a user',
    params,
    handle: (ctx, { params }) => access.signOutEverywhere(ctx, params.id),
  })
  roleRoutes(app)
  keyRoutes(app)
}

function roleRoutes(app: FastifyInstance): void {
  const params = wire.RoleParams
  endpoint(app, {
    method: 'POST',
    url: '/api/access/roles',
    needs: 'access.role.edit',
    summary: 'Make a role',
    body: wire.NewRole,
    answer: wire.Role,
    handle: (ctx, { body }) => access.createRole(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/access/roles/:id',
    needs: 'access.role.read',
    summary: 'One role',
    params,
    answer: wire.Role,
    handle: (ctx, { params }) => access.getRole(ctx, params.id),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/access/roles/:id',
    needs: 'access.role.edit',
    summary: 'Change a role',
    params,
    body: wire.RoleEdit,
    answer: wire.Role,
    handle: (ctx, { params, body }) => access.editRole(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'DELETE',
    url: '/api/access/roles/:id',
    needs: 'access.role.edit',
    summary: 'Delete a role that nobody holds',
    params,
    handle: (ctx, { params }) => access.deleteRole(ctx, params.id),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/roles/:id/copy',
    needs: 'access.role.edit',
    summary: 'Copy a role',
    params,
    body: wire.RoleCopy,
    answer: wire.Role,
    handle: (ctx, { params, body }) => access.copyRole(ctx, params.id, body),
  })
}

function keyRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/access/keys',
    needs: 'access.key.read',
    summary: 'Service keys of the scope',
    query: wire.KeyQuery,
    answer: wire.KeyPage,
    handle: (ctx, { query }) => access.listServiceKeys(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/keys',
    needs: 'access.key.edit',
    summary: 'Make a service key; its secret is shown once',
    body: wire.NewKey,
    answer: wire.KeyMade,
    handle: (ctx, { body }) => access.createKey(ctx, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/access/keys/:id/revoke',
    needs: 'access.key.edit',
    summary: 'Revoke a service key',
    params: wire.KeyParams,
    handle: (ctx, { params }) => access.revokeKey(ctx, params.id),
  })
}
