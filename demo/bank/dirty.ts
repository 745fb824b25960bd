import { dateOf } from './calendar.ts'
import { type Chance, one, purpose, streamOf } from './chance.ts'
import type { Bank, Customer } from './contract.ts'
import { gb18030 } from './gb18030.ts'
import { holdingsOf } from './holdings.ts'
import { lifeOf } from './life.ts'
import { customerAt } from './people/customer.ts'

// Two exports as banks really hand them over, with the faults that are in such files: for imports to find, and for people to
// see what an import finds. What is wrong in them is told beside them.

/** Rows by what is wrong with them; a row has one fault. Lines are counted as an editor does, the header is line 1. */
export type Fault =
  | 'full-width'
  | 'duplicate'
  | 'wrong-date'
  | 'other-date'
  | 'no-number'
  | 'broken-mobile'
  | 'spaces'
  | 'rare-character'
  | 'wrong-encoding'
  | 'too-few-columns'
  | 'line-break'
  | 'amount-with-signs'
  | 'wrong-amount'
  | 'scientific'
  | 'unknown-customer'

export type DirtyFile = {
  name: string
  bytes: Uint8Array
  /** Of all rows but those of `wrong-encoding`. */
  encoding: 'gb18030' | 'utf-8'
  header: readonly string[]
  rows: number
  faults: { line: number; fault: Fault; customer: string }[]
}

type Row = { cells: string[]; fault?: Fault; customer: string }
const fullWidth = (text: string) => text.replace(/[0-9A-Za-z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))
const quoted = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** The old core system's list of customers: GB18030, but what another system added came in UTF-8. */
export function dirtyCustomers(bank: Bank, count = 500): DirtyFile {
  const next = streamOf(bank.options.seed, count, purpose.dirty, 1)
  const header = [
    '客户号',
    '姓名',
    '手机号',
    '证件号码',
    '出生日期',
    '开户日',
    '职业',
    '联系地址',
    '所属机构',
    '客户等级',
  ]
  const rows: Row[] = []
  for (let i = 0; i < Math.min(count, bank.options.customers); i++) {
    const customer = customerAt(bank, i)
    const plain = cellsOf(customer)
    const fault = next() < 0.16 ? one(next, customerFaults) : undefined
    rows.push({
      cells: fault ? spoilCustomer([...plain], fault, next) : plain,
      customer: customer.no,
      ...(fault && { fault }),
    })
    // The same person again some lines later, with the address he moved to.
    if (next() < 0.03) {
      const again = [...plain]
      again[7] = `${customer.city}市新城大道${1 + Math.floor(200 * next())}号`
      rows.push({ cells: again, customer: customer.no, fault: 'duplicate' })
    }
  }
  return fileOf('客户信息_20251028.csv', 'gb18030', header, rows)
}

const cellsOf = (customer: Customer) => [
  customer.no,
  customer.name,
  customer.mobile,
  customer.certificate,
  customer.birthday,
  customer.openedOn,
  customer.occupation,
  customer.address,
  customer.org,
  customer.employee ? '金卡' : '普通',
]

const customerFaults = [
  'full-width',
  'wrong-date',
  'other-date',
  'no-number',
  'broken-mobile',
  'spaces',
  'rare-character',
  'wrong-encoding',
  'too-few-columns',
  'line-break',
] as const satisfies readonly Fault[]

function spoilCustomer(cells: string[], fault: (typeof customerFaults)[number], next: Chance): string[] {
  const [no = '', name = '', mobile = '', , birthday = '', opened = '', , address = ''] = cells
  const [year = '', month = '', day = ''] = birthday.split('-')
  switch (fault) {
    case 'full-width':
      cells[2] = fullWidth(mobile)
      cells[0] = next() < 0.5 ? fullWidth(no) : no
      break
    case 'wrong-date':
      cells[4] = one(next, [`${year}-02-30`, '0000-00-00', '1900-01-00', `${year}-13-${day}`, '99999999'])
      break
    case 'other-date':
      cells[4] = one(next, [
        `${year}${month}${day}`,
        `${year}/${Number(month)}/${Number(day)}`,
        `${year}年${Number(month)}月${Number(day)}日`,
      ])
      cells[5] = opened.replaceAll('-', '')
      break
    case 'no-number':
      cells[0] = one(next, ['', 'NULL', '-'])
      break
    case 'broken-mobile':
      cells[2] = one(next, [mobile.slice(0, 7), `${mobile}/${mobile.slice(0, 8)}111`, '无', `0${mobile}`])
      break
    case 'spaces':
      cells[0] = `${no}  `
      cells[1] = `${name.slice(0, 1)}　${name.slice(1)} `
      break
    case 'rare-character':
      // Characters that GBK does not have: four bytes each in GB18030.
      cells[1] = name.slice(0, 1) + one(next, ['䶮', '㛃', '𠮷'])
      break
    case 'line-break':
      cells[7] = `${address}\n(请勿致电)`
      break
    case 'too-few-columns':
      return cells.slice(0, 6)
    case 'wrong-encoding':
      break
  }
  return cells
}

/** Holdings as a spreadsheet saved them: UTF-8 with a mark at its head, signs in amounts, numbers turned to floats. */
export function dirtyHoldings(bank: Bank, count = 500): DirtyFile {
  const next = streamOf(bank.options.seed, count, purpose.dirty, 2)
  const header = ['持仓编号', '客户号', '产品编号', '余额', '起始日', '到期日', '更新时间']
  const rows: Row[] = []
  const day = bank.options.days - 1
  for (let i = 0; rows.length < count && i < bank.options.customers; i++)
    for (const holding of holdingsOf(bank, lifeOf(bank.options, i, day)).slice(1)) {
      const customer = customerAt(bank, i).no
      const updated = `${dateOf(bank.options.from, day)} 23:${String(10 + (rows.length % 49))}:07`
      const plain = [
        holding.no,
        customer,
        holding.product,
        holding.balance.toFixed(2),
        holding.openedOn,
        holding.maturesOn ?? '',
        updated,
      ]
      const fault = next() < 0.16 ? one(next, holdingFaults) : undefined
      rows.push({ cells: fault ? spoilHolding([...plain], fault, next) : plain, customer, ...(fault && { fault }) })
      if (next() < 0.02) rows.push({ cells: plain, customer, fault: 'duplicate' })
    }
  return fileOf('持仓明细_20251028.csv', 'utf-8', header, rows)
}

const holdingFaults = [
  'full-width',
  'amount-with-signs',
  'wrong-amount',
  'scientific',
  'wrong-date',
  'other-date',
  'unknown-customer',
  'wrong-encoding',
] as const satisfies readonly Fault[]

function spoilHolding(cells: string[], fault: (typeof holdingFaults)[number], next: Chance): string[] {
  const [no = '', , product = '', balance = '', opened = ''] = cells
  const thousands = Number(balance).toLocaleString('en-US', { minimumFractionDigits: 2 })
  switch (fault) {
    case 'full-width':
      cells[3] = fullWidth(balance).replace('.', '．')
      break
    case 'amount-with-signs':
      cells[3] = one(next, [`¥${thousands}`, thousands, `${thousands}元`])
      break
    case 'wrong-amount':
      cells[3] = one(next, ['#N/A', '—', 'NaN', `${balance}.00`])
      break
    case 'scientific':
      cells[0] = `${Number(no.slice(1)).toExponential(5)}`
      break
    case 'wrong-date':
      cells[4] = one(next, ['2025-02-29', '0000-00-00', '1970-01-00'])
      break
    case 'other-date':
      // Days since the last one of 1899, as spreadsheets count them.
      cells[4] = String(Math.round(Date.parse(`${opened}T00:00:00Z`) / 86_400_000) + 25_569)
      break
    case 'unknown-customer':
      cells[1] = `C9${String(Math.floor(next() * 1e7)).padStart(7, '0')}`
      break
    case 'wrong-encoding':
      cells[2] = `${product}(理财)`
      break
  }
  return cells
}

function fileOf(name: string, encoding: DirtyFile['encoding'], header: string[], rows: readonly Row[]): DirtyFile {
  const utf8 = new TextEncoder()
  const encode = (text: string, other: boolean) =>
    (encoding === 'gb18030') === !other ? gb18030(text) : utf8.encode(text)
  const end = encoding === 'gb18030' ? '\n' : '\r\n'
  const parts: Uint8Array[] = [
    ...(encoding === 'utf-8' ? [Uint8Array.of(0xef, 0xbb, 0xbf)] : []),
    encode(header.join(',') + end, false),
  ]
  const faults: DirtyFile['faults'] = []
  let line = 2
  for (const { cells, fault, customer } of rows) {
    parts.push(encode(cells.map(quoted).join(',') + end, fault === 'wrong-encoding'))
    if (fault) faults.push({ line, fault, customer })
    line += fault === 'line-break' ? 2 : 1
  }
  return { name, bytes: joined(parts), encoding, header, rows: rows.length, faults }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
