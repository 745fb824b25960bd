import { type Text, text } from '../../../platform/problem.ts'

export type PasswordPolicy = {
  minLength: number
  /** How many of the four kinds of characters: lower case, upper case, digits, others. Chinese counts as others. */
  classes: number
  /** Words of the bank's own that a password must not be built on. */
  banned: readonly string[]
}

export const defaultPasswordPolicy: PasswordPolicy = { minLength: 10, classes: 2, banned: [] }

/** What everyone tries first; the lists of leaked passwords begin with these and their like. */
const common = [
  'password,passw0rd,p@ssw0rd,qwerty,qwertyuiop,asdfgh,asdfghjkl,zxcvbn,zxcvbnm,1q2w3e,1qaz2wsx,q1w2e3,abc123,abcd1234',
  '123456,1234567,12345678,123456789,1234567890,0123456789,987654321,111111,000000,112233,123123,123321,147258,159357',
  '666666,888888,168168,5201314,1314520,woaini,woaini1314,iloveyou,a123456,aa123456,zhangsan,wangwei',
  'admin,administrator,root,welcome,letmein,monkey,dragon,sunshine,princess,master,login,test,guest,secret,changeme',
  'zhixing,yinhang,bank,yunying',
].flatMap((line) => line.split(','))

const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u]

/** Why a password is not good enough, as the person reads it beside the field; undefined when it is. */
export function weakness(
  password: string,
  login: string,
  name: string,
  policy: PasswordPolicy = defaultPasswordPolicy,
): Text | undefined {
  const low = password.normalize('NFKC').toLowerCase()
  if ([...password].length < policy.minLength)
    return text(`至少 ${policy.minLength} 个字符`, `Use at least ${policy.minLength} characters`)
  if (kinds.filter((kind) => kind.test(password)).length < policy.classes)
    return text(
      `小写、大写、数字、其他字符中至少用 ${policy.classes} 种`,
      `Use at least ${policy.classes} kinds of lower case, upper case, digits and other characters`,
    )
  if (login.length >= 3 && low.includes(login.toLowerCase()))
    return text('不能包含登录名', 'Must not contain the login')
  if (name.length >= 2 && low.includes(name.toLowerCase())) return text('不能包含姓名', 'Must not contain the name')
  if (new Set(low).size < 5) return text('重复的字符太多', 'Too many repeated characters')
  if (policy.banned.some((word) => word.trim().length >= 3 && low.includes(word.trim().toLowerCase())))
    return text('包含不允许使用的词', 'Contains a word that is not allowed')
  // A common word with a few characters around it is tried as soon as the word itself.
  return common.some((word) => low.includes(word) && low.length < word.length + 5)
    ? text('太常见,容易被猜到', 'Too common: it is among the first that are tried')
    : undefined
}

/** When a password has to be replaced; undefined where passwords do not age (`maxDays` 0). */
export function passwordExpiry(changedAt: Date | null, maxDays: number): Date | undefined {
  return changedAt && maxDays > 0 ? new Date(changedAt.getTime() + maxDays * 86_400_000) : undefined
}
