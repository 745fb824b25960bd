import { one, purpose, streamOf } from './chance.ts'
import type { Employee, Merchant, MerchantKind, Org, Post } from './contract.ts'
import { personName } from './people/names.ts'

// An invented city commercial bank: a head office, 8 branches, 40 sub-branches. Codes and names are those of the accounts
// that a demo installation begins with, so that people who sign in there find their customers.

/** Weight: the share of customers who live there. Tier: of the city, 1 the greatest. */
export const cities = [
  { name: '江城', tier: 1, weight: 0.27, province: '江海省' },
  { name: '滨海', tier: 2, weight: 0.18, province: '江海省' },
  { name: '云岭', tier: 3, weight: 0.09, province: '云山省' },
  { name: '临湖', tier: 2, weight: 0.15, province: '江海省' },
  { name: '北原', tier: 4, weight: 0.06, province: '北安省' },
  { name: '南浦', tier: 3, weight: 0.1, province: '江海省' },
  { name: '西川', tier: 3, weight: 0.1, province: '云山省' },
  { name: '东屏', tier: 4, weight: 0.05, province: '东宁省' },
] as const
export const cityWeights = cities.map(({ weight }) => weight)

const districts = ['中山路', '人民广场', '高新区', '大学城', '湖滨']
export const districtWeights = [0.3, 0.25, 0.2, 0.1, 0.15]

const two = (n: number) => String(n).padStart(2, '0')
export const subBranchCode = (city: number, district: number) => `B${two(city + 1)}${two(district + 1)}`
export const districtName = (district: number) => districts[district] as string

export function makeOrgs(): Org[] {
  const orgs: Org[] = [{ code: 'HQ', name: '知行银行总行', parent: null, kind: 'head', city: '江城', sort: 0 }]
  for (const [i, { name: city }] of cities.entries()) {
    const code = `B${two(i + 1)}`
    orgs.push({ code, name: `${city}分行`, parent: 'HQ', kind: 'branch', city, sort: i })
    for (const [j, district] of districts.entries())
      orgs.push({
        code: subBranchCode(i, j),
        name: `${city}${district}支行`,
        parent: code,
        kind: 'sub-branch',
        city,
        sort: j,
      })
  }
  return orgs
}

const posts: readonly Post[] = [
  'manager',
  'manager',
  'manager',
  'wealth-manager',
  'wealth-manager',
  'teller',
  'branch-head',
]
/** Those of a sub-branch who keep customers; their numbers end in 01 to 05. */
export const keepers = 5

export const employeeNo = (subBranch: string, n: number) => `E${subBranch.slice(1)}${two(n + 1)}`

export function makeEmployees(seed: number, orgs: readonly Org[]): Employee[] {
  const next = streamOf(seed, 0, purpose.bank, 1)
  return orgs
    .filter(({ kind }) => kind === 'sub-branch')
    .flatMap((org) =>
      posts.map((post, n) => {
        // The manager among the demo's accounts has a portfolio of his own.
        const name = org.code === 'B0101' && n === 0 ? '吴思远' : personName(next, next() < 0.5 ? '1' : '2')
        return { no: employeeNo(org.code, n), name, post, org: org.code }
      }),
    )
}

const shops: Readonly<Record<MerchantKind, readonly string[]>> = {
  supermarket: ['惠民超市', '鲜客生活超市', '百家福'],
  restaurant: ['老灶火锅', '一碗江湖面馆', '禾田小厨', '海港茶餐厅'],
  online: ['淘优商城', '橙子优选', '快拼商城'],
  fuel: ['国能加油站', '顺驰充电站'],
  transport: ['城市一卡通', '顺意出行', '轨道交通'],
  clothing: ['衣品天成', '童趣服饰'],
  health: ['康仁大药房', '安和口腔'],
  education: ['启明书店', '育才培训'],
  entertainment: ['星幕影城', '乐唱俱乐部'],
  travel: ['远方旅行社', '云栖酒店', '畅行航空'],
}
export const merchantKinds = Object.keys(shops) as MerchantKind[]

export function makeMerchants(seed: number): Merchant[] {
  const next = streamOf(seed, 0, purpose.bank, 2)
  const merchants: Merchant[] = []
  for (const kind of merchantKinds)
    for (const name of shops[kind])
      for (const [i, { name: city }] of cities.entries()) {
        const org = subBranchCode(i, Math.floor(next() * districts.length))
        const label = kind === 'online' ? name : `${name}(${city}${one(next, districts)}店)`
        merchants.push({ no: `M${String(merchants.length + 1).padStart(5, '0')}`, name: label, kind, city, org })
      }
  return merchants
}
