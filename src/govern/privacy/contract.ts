import { type Static, Type } from 'typebox'
import { text } from '../../platform/problem.ts'

export const permissions = [
  { id: 'privacy.keys.read', name: text('查看数据密钥', 'See data keys') },
  { id: 'privacy.keys.rotate', name: text('轮换密钥', 'Rotate keys') },
  {
    id: 'privacy.reveal',
    name: text('查看个人信息明文(每次留痕)', 'See personal data in clear (each view is recorded)'),
  },
] as const

/** What personal data is protected. Each kind has its own mask, its own normal form and its own blind index key. */
export const personalKinds = ['mobile', 'name', 'certificate', 'card', 'email', 'address', 'openid'] as const
export const PersonalKind = Type.Enum(personalKinds)
export type PersonalKind = Static<typeof PersonalKind>

export const algorithms = ['aes-256-gcm', 'sm4-ctr-hmac-sm3'] as const
export const Algorithm = Type.Enum(algorithms, { description: 'How values are sealed' })
export type Algorithm = Static<typeof Algorithm>

const Instant = Type.String({ format: 'date-time' })
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])

export const KeyState = Type.Enum(['coming', 'active', 'retiring', 'retired'], {
  description:
    'coming: made, and used from `usedFrom` on, when every process knows it; active: seals new values; ' +
    'retiring: values are still moved away from it; retired: seals nothing, and is kept because backups may need it',
})
export type KeyState = Static<typeof KeyState>

export const DataKey = Type.Object({
  id: Type.Integer(),
  algorithm: Algorithm,
  state: KeyState,
  madeAt: Instant,
  usedFrom: Instant,
  retiredAt: Nullable(Instant),
  values: Nullable(
    Type.Integer({ description: 'Values sealed under it when last counted; null before the first count' }),
  ),
  master: Type.String({ description: 'Check value of the master key that wraps it' }),
})
export type DataKey = Static<typeof DataKey>

export const KeyOverview = Type.Object({
  items: Type.Array(DataKey, { description: 'Newest first' }),
  masterInUse: Type.String({ description: 'Check value of the master key in use' }),
  toRewrap: Type.Integer({ description: 'Keys still wrapped by another master key' }),
  columns: Type.Array(
    Type.Object({
      name: Type.String({ description: 'Where sealed values are kept' }),
      values: Type.Integer(),
      left: Type.Integer({ description: 'Values to be sealed again under the active key' }),
      broken: Type.Integer({ description: 'Values that do not open: changed from outside' }),
      countedAt: Instant,
    }),
  ),
})
export type KeyOverview = Static<typeof KeyOverview>

export const RotateKey = Type.Object(
  { algorithm: Type.Optional(Algorithm) },
  { additionalProperties: false, description: 'Without an algorithm the new key keeps that of the active one' },
)
export type RotateKey = Static<typeof RotateKey>

export const Rewrapped = Type.Object({ rewrapped: Type.Integer(), master: Type.String() })
export type Rewrapped = Static<typeof Rewrapped>
