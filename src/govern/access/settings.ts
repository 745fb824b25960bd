import { Type } from 'typebox'
import type { Ctx } from '../../platform/ctx.ts'
import { text } from '../../platform/problem.ts'
import { defineParameter, parameter } from '../system/system.ts'
import type { LockPolicy } from './rules/lockout.ts'
import type { PasswordPolicy } from './rules/password.ts'

const passwords = text('密码', 'Passwords')
const signIns = text('登录与会话', 'Sign-in and sessions')
const number = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum })
const days = text('天', 'days')
const minutes = text('分钟', 'minutes')

const minLength = defineParameter({
  name: 'access.password.min_length',
  schema: number(8, 64),
  default: 10,
  group: passwords,
  text: text('密码最短长度', 'Least length of a password'),
  unit: text('字符', 'characters'),
})
const classes = defineParameter({
  name: 'access.password.classes',
  schema: number(1, 4),
  default: 2,
  group: passwords,
  text: text('至少包含几种字符', 'Kinds of characters in a password'),
  help: text('小写、大写、数字、其他', 'Lower case, upper case, digits, others'),
})
const banned = defineParameter({
  name: 'access.password.banned_words',
  schema: Type.String({ maxLength: 2000 }),
  default: '',
  group: passwords,
  text: text('密码中不允许出现的词', 'Words not allowed in a password'),
  help: text('以空格分隔,例如行名、产品名', 'Parted by spaces: the names of the bank and its products, for example'),
})
const history = defineParameter({
  name: 'access.password.history',
  schema: number(0, 24),
  default: 5,
  group: passwords,
  text: text('不得与最近几次密码相同', 'Earlier passwords that may not come back'),
})
const maxDays = defineParameter({
  name: 'access.password.max_days',
  schema: number(0, 3650),
  default: 0,
  group: passwords,
  text: text('密码有效期', 'Age at which a password must be replaced'),
  help: text('0 为不过期', '0: never'),
  unit: days,
})
const lockAfter = defineParameter({
  name: 'access.lock.after',
  schema: number(2, 50),
  default: 5,
  group: signIns,
  text: text('连续输错几次密码后锁定', 'Wrong passwords before a login is locked'),
})
const lockLongest = defineParameter({
  name: 'access.lock.longest_minutes',
  schema: number(1, 1440),
  default: 60,
  group: signIns,
  text: text('最长锁定时间', 'Longest lock'),
  help: text('从 30 秒起,每次输错加倍', 'It begins at 30 seconds and doubles with each wrong one'),
  unit: minutes,
})
const addressAfter = defineParameter({
  name: 'access.lock.address_after',
  schema: number(5, 100_000),
  default: 100,
  group: signIns,
  text: text('同一网络地址输错几次后暂停', 'Wrong passwords before an address has to wait'),
  help: text('整个网点可能共用一个地址', 'A whole branch may share one address'),
})
const idleMinutes = defineParameter({
  name: 'access.session.idle_minutes',
  schema: number(5, 10_080),
  default: 120,
  group: signIns,
  text: text('无操作多久后退出', 'A session ends when unused for'),
  unit: minutes,
})
const sessionHours = defineParameter({
  name: 'access.session.longest_hours',
  schema: number(1, 168),
  default: 12,
  group: signIns,
  text: text('会话最长时间', 'A session ends in any case after'),
  unit: text('小时', 'hours'),
})

export async function passwordPolicy(ctx: Ctx): Promise<PasswordPolicy & { history: number; maxDays: number }> {
  return {
    minLength: await parameter(ctx, minLength),
    classes: await parameter(ctx, classes),
    banned: (await parameter(ctx, banned)).split(/\s+/).filter(Boolean),
    history: await parameter(ctx, history),
    maxDays: await parameter(ctx, maxDays),
  }
}

export async function lockPolicy(ctx: Ctx): Promise<Record<'login' | 'ip', LockPolicy>> {
  const longestSeconds = (await parameter(ctx, lockLongest)) * 60
  return {
    login: { after: await parameter(ctx, lockAfter), longestSeconds, forgottenAfterSeconds: 86_400 },
    ip: { after: await parameter(ctx, addressAfter), longestSeconds, forgottenAfterSeconds: 900 },
  }
}

export async function sessionLimits(ctx: Ctx): Promise<{ idleMs: number; longestMs: number; maxDays: number }> {
  return {
    idleMs: (await parameter(ctx, idleMinutes)) * 60_000,
    longestMs: (await parameter(ctx, sessionHours)) * 3_600_000,
    maxDays: await parameter(ctx, maxDays),
  }
}
