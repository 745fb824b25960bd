import type { Product, ProductKind, Risk } from './contract.ts'

// The 80 products of the shelf. Rates are of the order that was usual in 2025 (listed deposits of 1.0–1.8 %, wealth products
// with a benchmark of 1.9–3.4 %), names are invented.

type Line = { kind: ProductKind; prefix: string; products: readonly Row[] }
type Row = readonly [name: string, risk: Risk, termDays: number | null, rate: number, minimum: number, fee?: number]

const terms = (
  name: string,
  risk: Risk,
  rows: readonly (readonly [string, number, number, number])[],
  fee = 0,
): Row[] => rows.map(([label, days, rate, minimum]) => [`${name}${label}`, risk, days, rate, minimum, fee])

const lines: readonly Line[] = [
  { kind: 'current', prefix: 'CA', products: [['活期存款', 'R1', null, 0.05, 0]] },
  {
    kind: 'deposit',
    prefix: 'TD',
    products: [
      ...terms('整存整取', 'R1', [
        ['三个月', 91, 0.95, 50],
        ['六个月', 182, 1.15, 50],
        ['一年', 365, 1.3, 50],
        ['二年', 730, 1.4, 50],
        ['三年', 1095, 1.75, 50],
      ]),
      ...terms('大额存单', 'R1', [
        ['一个月', 30, 1.1, 200_000],
        ['三个月', 91, 1.2, 200_000],
        ['六个月', 182, 1.4, 200_000],
        ['一年', 365, 1.5, 200_000],
        ['三年', 1095, 1.9, 200_000],
      ]),
      ['七天通知存款', 'R1', 35, 0.8, 50_000],
      ['结构性存款 稳利 90 天', 'R1', 90, 2.0, 10_000],
      ['结构性存款 稳利 180 天', 'R1', 180, 2.1, 10_000],
      ['新客专享存款', 'R1', 91, 1.7, 1000],
    ],
  },
  {
    kind: 'wealth',
    prefix: 'WM',
    products: [
      ...terms('知行安盈', 'R1', [
        ['30 天', 30, 1.9, 1],
        ['60 天', 60, 2.0, 1],
        ['90 天', 90, 2.1, 1],
      ]),
      ...terms('知行添利', 'R2', [
        ['30 天', 30, 2.1, 1],
        ['60 天', 60, 2.2, 1],
        ['90 天', 90, 2.35, 1],
        ['120 天', 120, 2.4, 1],
        ['180 天', 180, 2.5, 1],
        ['360 天', 360, 2.7, 1],
      ]),
      ...terms('知行优享', 'R2', [
        ['90 天', 90, 2.5, 10_000],
        ['180 天', 180, 2.65, 10_000],
        ['360 天', 360, 2.85, 10_000],
      ]),
      ...terms('知行稳进', 'R3', [
        ['90 天', 90, 2.8, 1000],
        ['180 天', 180, 2.95, 1000],
        ['360 天', 360, 3.1, 1000],
        ['540 天', 540, 3.2, 1000],
      ]),
      ...terms('知行臻选私享', 'R3', [
        ['90 天', 90, 3.0, 300_000],
        ['180 天', 180, 3.15, 300_000],
        ['360 天', 360, 3.3, 300_000],
      ]),
      ...terms('知行进取', 'R4', [
        ['180 天', 180, 3.2, 10_000],
        ['360 天', 360, 3.4, 10_000],
      ]),
      ['代发专享 60 天', 'R2', 60, 2.6, 1],
      ['新客专享 30 天', 'R2', 30, 2.8, 1],
      ['长者安享 180 天', 'R1', 180, 2.3, 1],
      ['养老稳健 540 天', 'R2', 540, 3.0, 1],
      ['周末盈 28 天', 'R2', 28, 2.05, 1],
    ],
  },
  {
    kind: 'fund',
    prefix: 'FD',
    products: [
      ...(['现金宝货币 A', '现金宝货币 B', '日日薪货币'] as const).map((name): Row => [name, 'R1', null, 1.4, 1, 0]),
      ...(['安泰短债', '丰和中短债', '恒享纯债', '季季红纯债'] as const).map(
        (name): Row => [name, 'R2', null, 2.6, 10, 0.3],
      ),
      ...(['固收增强一号', '双利混合', '稳健回报混合', '均衡配置'] as const).map(
        (name): Row => [name, 'R3', null, 4, 10, 0.8],
      ),
      ...(['沪深三百指数', '科创主题混合', '红利低波指数', '医药创新', '全球优选'] as const).map(
        (name, i): Row => [name, i < 3 ? 'R4' : 'R5', null, 6, 10, 1.2],
      ),
    ],
  },
  {
    kind: 'insurance',
    prefix: 'IN',
    products: [
      ['安康百万医疗', 'R1', 365, 0, 300],
      ['守护一生重疾', 'R1', 7300, 0, 3000],
      ['出行无忧意外', 'R1', 365, 0, 100],
      ['福满年年年金', 'R2', 3650, 2.0, 10_000],
      ['金满堂增额终身寿', 'R2', 7300, 2.0, 10_000],
      ['少儿教育金', 'R2', 5475, 1.9, 5000],
      ['乐享养老年金', 'R2', 5475, 2.0, 10_000],
      ['家财保', 'R1', 365, 0, 100],
    ],
  },
  {
    kind: 'loan',
    prefix: 'LN',
    products: [
      ['薪易贷', 'R1', 1095, 3.6, 10_000],
      ['快e贷', 'R1', 365, 3.9, 1000],
      ['住房按揭', 'R1', 7300, 3.1, 100_000],
      ['二手房按揭', 'R1', 7300, 3.15, 100_000],
      ['汽车分期', 'R1', 1095, 3.2, 30_000],
      ['装修分期', 'R1', 1095, 3.8, 20_000],
      ['小微经营贷', 'R1', 365, 3.45, 50_000],
      ['助学贷款', 'R1', 3650, 2.9, 6000],
    ],
  },
  {
    kind: 'card',
    prefix: 'CC',
    products: (['标准信用卡', '青春卡', '车主卡', '城市联名卡', '白金卡', '钻石卡', '商旅卡'] as const).map(
      (name): Row => [name, 'R1', null, 18.25, 0],
    ),
  },
]

export function makeProducts(): Product[] {
  return lines.flatMap(({ kind, prefix, products }) =>
    products.map(([name, risk, termDays, annualRate, minimum, fee = 0], i) => ({
      no: `${prefix}${String(i + 1).padStart(3, '0')}`,
      name,
      kind,
      risk,
      termDays,
      annualRate,
      fee,
      minimum,
      onSaleFrom: '2024-01-01',
      onSaleUntil: null,
    })),
  )
}

export const shelf: readonly Product[] = makeProducts()
export const productNamed = new Map(shelf.map((product) => [product.no, product]))
/** What counts into the assets a bank keeps for a customer. */
export const isAsset = (kind: ProductKind) => kind !== 'loan' && kind !== 'card'
/** What is bought from the shelf in the flows of investment. */
export const invests = (kind: ProductKind) =>
  kind === 'deposit' || kind === 'wealth' || kind === 'fund' || kind === 'insurance'
