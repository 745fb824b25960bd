import { type Static, Type } from 'typebox'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { text } from '../../platform/problem.ts'
import { OrgRef } from '../orgs/contract.ts'

/** Names of this capability for the catalogue of permissions. */
export const permissions = [
  { id: 'access.user.read', name: text('查看用户', 'See users') },
  { id: 'access.user.edit', name: text('管理用户', 'Manage users') },
  { id: 'access.role.read', name: text('查看角色', 'See roles') },
  { id: 'access.role.edit', name: text('管理角色', 'Manage roles') },
  {
    id: 'access.grant.any',
    name: text('授予自己没有的权限(不能给自己)', 'Give what one has not oneself (never to oneself)'),
  },
  { id: 'access.key.read', name: text('查看服务密钥', 'See service keys') },
  { id: 'access.key.edit', name: text('管理服务密钥', 'Manage service keys') },
] as const

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const strict = { additionalProperties: false }
const Lang = Type.Enum(['zh', 'en'])
const version = Type.Integer({ description: 'Give it back with a change: 409 says that someone was faster' })
const Password = Type.String({ minLength: 1, maxLength: 200 })
const orgId = Type.String({ maxLength: 40 })

export const Words = Type.Object({ zh: Type.String(), en: Type.String() })
export type Words = Static<typeof Words>

// ---- the one who is signed in

export const Me = Type.Object({
  user: Type.Object({
    id: Type.String(),
    login: Type.String(),
    name: Type.String(),
    lang: Lang,
    email: Nullable(Type.String()),
  }),
  org: OrgRef,
  scope: Type.Array(OrgRef, {
    description: 'The topmost organisations that he holds a role at; any one at or below them may be chosen',
  }),
  scopeNow: Nullable(OrgRef),
  permissions: Type.Array(Type.String(), { description: 'What he may do in the whole of `scopeNow`' }),
  roles: Type.Array(Type.Object({ name: Words, org: OrgRef })),
  csrf: Type.String({ description: 'Repeat it as `x-csrf-token` on every write' }),
  passwordChangeNeeded: Type.Boolean({
    description: 'Until he has changed it, everything but his own account answers `access.password_change_needed`',
  }),
  passwordExpiresAt: Nullable(Instant),
  hasPassword: Type.Boolean({ description: 'False for one who signs in only through a provider' }),
  totpOn: Type.Boolean(),
  lastSignIn: Nullable(Type.Object({ at: Instant, ip: Type.String() }, { description: 'The one before this' })),
  demo: Type.Boolean(),
})
export type Me = Static<typeof Me>

/**
 * Problems: `access.wrong_credentials`, `access.code_needed` (send it again with `code`), `access.wrong_code`,
 * `access.locked` (429, `retry-after`), `access.disabled`.
 */
export const SignIn = Type.Object(
  {
    login: Type.String({ minLength: 1, maxLength: 100 }),
    password: Password,
    code: Type.Optional(Type.String({ maxLength: 20, description: 'Six digits, or a recovery code' })),
  },
  strict,
)
export type SignIn = Static<typeof SignIn>

export const SignedIn = Type.Object({ me: Me })

export const SignInOptions = Type.Object({
  oidc: Type.Array(Type.Object({ id: Type.String(), name: Words })),
  demoAccounts: Type.Optional(
    Type.Array(Type.Object({ login: Type.String(), password: Type.String(), role: Words, org: Type.String() })),
  ),
})
export type SignInOptions = Static<typeof SignInOptions>

/** Everything he may choose as `x-org-scope`, as a tree in depth-first order, whatever is chosen now. */
export const ScopeChoices = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      path: Type.String(),
      parent: Nullable(Type.String({ description: 'Null for those at the top of what he may choose' })),
      level: Type.Integer({ description: '1 at the top of what he may choose' }),
      kind: Type.String(),
    }),
  ),
})
export type ScopeChoices = Static<typeof ScopeChoices>

export const OidcParams = Type.Object({ id: Type.String({ maxLength: 40 }) })
/** `to` is a path of the console. A failure comes back as `/sign-in?problem=<code>`. */
export const OidcStart = Type.Object({ to: Type.Optional(Type.String({ maxLength: 500 })) })
export const OidcCallback = Type.Object({}, { additionalProperties: true })

/** Wrong fields stand beside `current` and `next`. The session gets a new token: take `csrf` from the answer. */
export const PasswordChange = Type.Object({ current: Password, next: Password }, strict)
export type PasswordChange = Static<typeof PasswordChange>

export const MyEdit = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    lang: Type.Optional(Lang),
  },
  strict,
)
export type MyEdit = Static<typeof MyEdit>

export const Session = Type.Object({
  id: Type.String(),
  createdAt: Instant,
  lastSeenAt: Instant,
  expiresAt: Instant,
  ip: Type.String(),
  agent: Type.String(),
  via: Type.String({ description: '`password`, or the id of the provider' }),
  current: Type.Boolean(),
})
export type Session = Static<typeof Session>
export const Sessions = Type.Object({ items: Type.Array(Session) })
export const SessionParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

/** What the person types to prove himself again; not asked of one who has no password. */
export const TotpStart = Type.Object({ password: Type.Optional(Password) }, strict)
export const TotpSecret = Type.Object({
  secret: Type.String({ description: 'Base 32, for typing by hand' }),
  uri: Type.String({ description: '`otpauth://…`, for the QR picture' }),
})
export const TotpConfirm = Type.Object({ code: Type.String({ pattern: '^\\d{6}$' }) }, strict)
export const RecoveryCodes = Type.Object({
  recoveryCodes: Type.Array(Type.String(), { description: 'Shown this once; each signs in once' }),
  csrf: Type.String({ description: 'The session has a new token' }),
})
export const TotpOff = Type.Object({ password: Password }, strict)
export const NewCsrf = Type.Object({ csrf: Type.String() })

// ---- permissions and roles

export const PermissionGroup = Type.Object({
  id: Type.String({ description: 'The capability' }),
  name: Words,
  permissions: Type.Array(Type.Object({ id: Type.String(), name: Words })),
})
export type PermissionGroup = Static<typeof PermissionGroup>
export const PermissionCatalogue = Type.Object({ groups: Type.Array(PermissionGroup) })

export const Role = Type.Object({
  id: Type.String(),
  builtIn: Nullable(Type.String({ description: '`operator`, …; null for one of the bank itself' })),
  name: Words,
  description: Words,
  permissions: Type.Array(Type.String()),
  users: Type.Integer({ description: 'Who hold it, in the scope' }),
  grantable: Type.Boolean({ description: 'Whether you may give it: it has nothing that you lack' }),
  version,
  updatedAt: Instant,
})
export type Role = Static<typeof Role>
export const RoleQuery = Type.Object({ ...PageQuery.properties })
export const RolePage = PageOf(Role)
export const RoleParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

const roleName = Type.Object(
  { zh: Type.String({ minLength: 1, maxLength: 40 }), en: Type.String({ minLength: 1, maxLength: 60 }) },
  strict,
)
const roleDescription = Type.Object(
  { zh: Type.String({ maxLength: 200 }), en: Type.String({ maxLength: 200 }) },
  strict,
)
const rolePermissions = Type.Array(Type.String({ maxLength: 80 }), { maxItems: 2000, uniqueItems: true })

/** Only at the head office: a role is the whole bank's. Built-in ones cannot be changed, only copied. */
export const NewRole = Type.Object(
  { name: roleName, description: Type.Optional(roleDescription), permissions: rolePermissions },
  strict,
)
export type NewRole = Static<typeof NewRole>
export const RoleEdit = Type.Object(
  {
    version,
    name: Type.Optional(roleName),
    description: Type.Optional(roleDescription),
    permissions: Type.Optional(rolePermissions),
  },
  strict,
)
export type RoleEdit = Static<typeof RoleEdit>
export const RoleCopy = Type.Object({ name: roleName }, strict)
export type RoleCopy = Static<typeof RoleCopy>

// ---- users

export const UserState = Type.Enum(['active', 'locked', 'disabled'], {
  description: '`locked`: too many wrong passwords, until `lockedUntil`',
})
export type UserState = Static<typeof UserState>

export const Grant = Type.Object({
  role: Type.Object({ id: Type.String(), name: Words }),
  org: OrgRef,
})
export type Grant = Static<typeof Grant>

export const User = Type.Object({
  id: Type.String(),
  login: Type.String(),
  name: Type.String(),
  email: Nullable(Type.String()),
  org: OrgRef,
  lang: Lang,
  state: UserState,
  lockedUntil: Nullable(Instant),
  grants: Type.Array(Grant, { description: 'Those at organisations in the scope' }),
  totpOn: Type.Boolean(),
  lastSignInAt: Nullable(Instant),
  createdAt: Instant,
  version,
})
export type User = Static<typeof User>

export const UserDetail = Type.Object({
  ...User.properties,
  mustChangePassword: Type.Boolean(),
  passwordChangedAt: Nullable(Instant),
  providers: Type.Array(Type.String(), { description: 'Ids of the OIDC providers he is bound to' }),
  sessions: Type.Integer({ description: 'Live ones' }),
  grantsElsewhere: Type.Integer({ description: 'Roles that he holds outside the scope' }),
  editable: Type.Boolean({ description: 'False for yourself, and for one who may do more than you' }),
})
export type UserDetail = Static<typeof UserDetail>

export const UserQuery = Type.Object({
  ...PageQuery.properties,
  state: Type.Optional(UserState),
  org: Type.Optional(Type.String({ maxLength: 40, description: 'At it or below it' })),
  role: Type.Optional(Type.String({ maxLength: 40 })),
})
export type UserQuery = Static<typeof UserQuery>
export const UserPage = PageOf(User)
export const UserParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

const login = Type.String({ minLength: 2, maxLength: 60, pattern: '^[A-Za-z0-9][A-Za-z0-9._@-]*$' })
const personName = Type.String({ minLength: 1, maxLength: 60 })
const email = Nullable(Type.String({ format: 'email', maxLength: 200 }))
const grants = Type.Array(Type.Object({ role: Type.String({ maxLength: 40 }), org: orgId }, strict), { maxItems: 50 })

export const NewUser = Type.Object(
  {
    login,
    name: personName,
    email: Type.Optional(email),
    org: orgId,
    lang: Type.Optional(Lang),
    grants,
    password: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Absent: one is made up' })),
  },
  strict,
)
export type NewUser = Static<typeof NewUser>

/** The first password is shown this once; the person must change it when he first signs in. */
export const UserMade = Type.Object({ user: UserDetail, password: Nullable(Type.String()) })
export type UserMade = Static<typeof UserMade>

/** `grants` replaces those in the scope; those elsewhere stay. New roles end his sessions. */
export const UserEdit = Type.Object(
  {
    version,
    login: Type.Optional(login),
    name: Type.Optional(personName),
    email: Type.Optional(email),
    org: Type.Optional(orgId),
    lang: Type.Optional(Lang),
    grants: Type.Optional(grants),
  },
  strict,
)
export type UserEdit = Static<typeof UserEdit>

export const UserVersion = Type.Object({ version: Type.Optional(version) }, strict)
export const PasswordReset = Type.Object({ password: Type.String(), totpOff: Type.Boolean() })
/** `totpOff` also takes away his second factor: for one who lost his phone. */
export const ResetPassword = Type.Object({ totpOff: Type.Optional(Type.Boolean({ default: false })) }, strict)

// ---- service keys

export const KeyState = Type.Enum(['active', 'expired', 'revoked'])
export const Key = Type.Object({
  id: Type.String(),
  name: Type.String(),
  hint: Type.String({ description: 'The beginning of the secret, to tell keys apart' }),
  org: OrgRef,
  permissions: Type.Array(Type.String()),
  state: KeyState,
  expiresAt: Nullable(Instant),
  lastUsedAt: Nullable(Instant),
  lastUsedIp: Nullable(Type.String()),
  createdAt: Instant,
  createdBy: Type.Object({ id: Type.String(), name: Type.String() }),
  revokedAt: Nullable(Instant),
})
export type Key = Static<typeof Key>
export const KeyQuery = Type.Object({ ...PageQuery.properties, state: Type.Optional(KeyState) })
export type KeyQuery = Static<typeof KeyQuery>
export const KeyPage = PageOf(Key)
export const KeyParams = Type.Object({ id: Type.String({ maxLength: 40 }) })
export const NewKey = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 60 }),
    org: orgId,
    permissions: Type.Array(Type.String({ maxLength: 80 }), { minItems: 1, maxItems: 2000, uniqueItems: true }),
    expiresAt: Type.Optional(Nullable(Instant)),
  },
  strict,
)
export type NewKey = Static<typeof NewKey>
/** `secret` is shown this once: `authorization: Bearer zxk_…`. */
export const KeyMade = Type.Object({ key: Key, secret: Type.String() })
export type KeyMade = Static<typeof KeyMade>
