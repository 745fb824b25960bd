import { randomBytes } from 'node:crypto'
import { change, read, unauditedChange } from '../../platform/change.ts'
import { asMachine, type Ctx } from '../../platform/ctx.ts'
import { type Id, newId } from '../../platform/ids.ts'
import { createOrg, ensureRoot, findOrgByCode, rootOf } from '../orgs/orgs.ts'
import { builtInRoles } from './rules/roles.ts'
import { administratorsAt, findByLogin, insertGrant, insertPerson, listRoles, saveBuiltInRole } from './store.ts'
import { hashPassword } from './token.ts'

export const demoPassword = 'zhixing-demo-2026'

const head = { code: 'HQ', name: '知行银行总行' }
const branches = ['江城', '滨海', '云岭', '临湖', '北原', '南浦', '西川', '东屏']
const districts = ['中山路', '人民广场', '高新区', '大学城', '湖滨']

/** The people of the demo: one for each built-in role, where such a person would sit. Invented names. */
export const demoPeople = [
  { login: 'admin', name: '陈卫国', role: 'admin', org: 'HQ', orgName: head.name },
  { login: 'yunying', name: '李晓雯', role: 'operator', org: 'HQ', orgName: head.name },
  { login: 'fenxi', name: '周明哲', role: 'analyst', org: 'HQ', orgName: head.name },
  { login: 'fenhang', name: '赵丽娟', role: 'branch', org: 'B01', orgName: '江城分行' },
  { login: 'shenpi', name: '孙建平', role: 'approver', org: 'HQ', orgName: head.name },
  { login: 'jingli', name: '吴思远', role: 'rm', org: 'B0101', orgName: '江城中山路支行' },
  { login: 'guanli', name: '何志远', role: 'executive', org: 'HQ', orgName: head.name },
  { login: 'kaifa', name: '林一鸣', role: 'developer', org: 'HQ', orgName: head.name },
  { login: 'fengkong', name: '郑安琪', role: 'risk', org: 'HQ', orgName: head.name },
] as const

/** Brings the built-in roles to what this program says they are. */
export async function ensureRoles(ctx: Ctx): Promise<Map<string, string>> {
  const machine = asMachine(ctx, 'access')
  await unauditedChange(machine, 'the built-in roles of this version', async (tx) => {
    for (const role of builtInRoles) await saveBuiltInRole(tx, newId('rol', ctx.now), role, ctx.now)
  })
  const rows = await read(machine, listRoles)
  return new Map(rows.flatMap((row) => (row.builtIn ? [[row.builtIn, row.id] as const] : [])))
}

/** On an installation without an administrator: makes one with a password that is shown this once. */
export async function ensureFirstAdmin(ctx: Ctx): Promise<{ login: string; password: string } | undefined> {
  const machine = asMachine(ctx, 'first start')
  const roles = await ensureRoles(ctx)
  const known = await read(machine, async (tx) => {
    const root = await rootOf(tx)
    return root ? administratorsAt(tx, root) : []
  })
  if (known.length > 0) return undefined
  const root = await ensureRoot(machine, { code: 'HQ', name: '总行' })
  const password = randomBytes(15).toString('base64url')
  const made = await addPerson(machine, {
    login: 'admin',
    name: '管理员',
    org: root.id,
    role: roles.get('admin') ?? '',
    password,
    mustChange: true,
    demo: false,
  })
  return made ? { login: 'admin', password } : undefined
}

/** A small bank to practise on: 8 branches with 5 sub-branches each, and a person for every built-in role. Repeatable. */
export async function ensureDemoAccounts(ctx: Ctx): Promise<void> {
  const machine = asMachine(ctx, 'demo')
  const roles = await ensureRoles(ctx)
  const root = (await findOrgByCode(machine, head.code)) ?? (await ensureRoot(machine, head))
  const ids = new Map<string, string>([['HQ', root.id]])
  for (const [i, city] of branches.entries()) {
    const code = `B${String(i + 1).padStart(2, '0')}`
    const branch = await ensureOrg(machine, { code, name: `${city}分行`, parent: root.id, kind: 'branch', sort: i })
    ids.set(code, branch)
    for (const [j, district] of districts.entries()) {
      const sub = `${code}${String(j + 1).padStart(2, '0')}`
      ids.set(
        sub,
        await ensureOrg(machine, {
          code: sub,
          name: `${city}${district}支行`,
          parent: branch,
          kind: 'sub-branch',
          sort: j,
        }),
      )
    }
  }
  for (const { login, name, role, org } of demoPeople)
    await addPerson(machine, {
      login,
      name,
      org: ids.get(org) ?? root.id,
      role: roles.get(role) ?? '',
      password: demoPassword,
      mustChange: false,
      demo: true,
    })
}

async function ensureOrg(
  ctx: Ctx,
  org: { code: string; name: string; parent: string; kind: 'branch' | 'sub-branch'; sort: number },
): Promise<string> {
  return (
    (await findOrgByCode(ctx, org.code))?.id ?? (await createOrg(ctx, { ...org, parent: org.parent as Id<'org'> })).id
  )
}

type FirstPerson = {
  login: string
  name: string
  org: string
  role: string
  password: string
  mustChange: boolean
  demo: boolean
}

async function addPerson(ctx: Ctx, person: FirstPerson): Promise<boolean> {
  if (await read(ctx, (tx) => findByLogin(tx, person.login))) return false
  const id = newId('usr', ctx.now)
  const passwordHash = await hashPassword(person.password)
  const org = person.org as Id<'org'>
  return change(ctx, 'access.user.create', { kind: 'user', id, name: person.name, org }, async (tx) => {
    const made = await insertPerson(tx, { ...person, id, org, passwordHash }, ctx.now)
    if (made) await insertGrant(tx, { person: id, role: person.role, org })
    tx.after({ login: person.login, role: person.role, made })
    return made
  })
}

/** What the sign-in page of the demo shows. */
export function demoAccounts() {
  return demoPeople.map(({ login, role, orgName }) => {
    const known = builtInRoles.find(({ key }) => key === role)
    return { login, password: demoPassword, role: known?.name ?? { zh: role, en: role }, org: orgName }
  })
}
