import { dateOf } from '../calendar.ts'
import { type Chance, one, purpose, streamOf, weighted } from '../chance.ts'
import type { Bank, Customer, Device } from '../contract.ts'
import { cities, districtName, employeeNo, subBranchCode } from '../places.ts'
import { givenName, surname } from './names.ts'
import { type Person, personOf } from './person.ts'
import { goesDigital, hasEmail, reachOf, shareOf } from './reach.ts'

export const customerNo = (index: number) => `C${String(index + 1).padStart(8, '0')}`

/** Words about a person: name, numbers, devices. Slower than the person himself: asked for where words are needed. */
export function customerAt(bank: Bank, index: number): Customer {
  return customerOf(bank, personOf(bank.options, index))
}

export function customerOf({ options: { seed, customers, from } }: Bank, person: Person): Customer {
  const { index, city } = person
  const next = streamOf(seed, index, purpose.words)
  const gender = person.female ? '2' : '1'
  const home = cities[city] ?? cities[0]
  const org = subBranchCode(city, person.district)
  const birthday = birthdayOf(from, person.age, next)
  return {
    index,
    no: customerNo(index),
    login: loginOf(seed, person),
    openid: openidOf(seed, person),
    name: familyName(seed, person, next) + givenName(next, gender),
    gender,
    birthday,
    certificate: certificateOf(index, birthday, person.female),
    // Of the block that all invented data of this project uses.
    mobile: `1990${String(index % 10_000_000).padStart(7, '0')}`,
    email: hasEmail(seed, person) ? `${customerNo(index).toLowerCase()}@example.com` : null,
    address: `${home.name}市${districtName(person.district)}${1 + (person.household % 300)}号${1 + (person.household % 28)}室`,
    province: home.province,
    city: home.name,
    cityTier: home.tier,
    occupation: person.job.name,
    income: person.income,
    household: person.household,
    org,
    employee: person.keeper < 0 ? null : employeeNo(org, person.keeper),
    openedDay: person.opened,
    openedOn: dateOf(from, person.opened),
    devices: devicesOf(seed, customers, person),
    reach: reachOf(seed, person),
  }
}

/** The man of the house and the children bear one name. */
function familyName(seed: number, person: Person, next: Chance): string {
  const own = surname(next)
  return person.place === 1 || person.place === 0 ? own : surname(streamOf(seed, person.household, purpose.words))
}

function birthdayOf(from: string, age: number, next: Chance): string {
  const [year, month, day] = from.split('-').map(Number)
  const born = new Date(Date.UTC((year ?? 2025) - age, (month ?? 1) - 1, (day ?? 1) - Math.floor(next() * 365)))
  return born.toISOString().slice(0, 10)
}

const weightsOfNumber = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** 18 characters with a right check character (GB 11643), in area 990000, which no place bears. */
function certificateOf(index: number, birthday: string, female: boolean): string {
  const sequence = (index % 500) * 2 + (female ? 0 : 1)
  const head = `99${String(Math.floor(index / 500) % 10_000).padStart(4, '0')}${birthday.replaceAll('-', '')}${String(sequence).padStart(3, '0')}`
  const sum = weightsOfNumber.reduce((total, weight, i) => total + weight * Number(head[i]), 0)
  return head + '10X98765432'[sum % 11]
}

export const loginOf = (seed: number, person: Person) =>
  goesDigital(seed, person) ? `u${String(person.index + 1).padStart(8, '0')}` : null
export const openidOf = (seed: number, person: Person) =>
  shareOf(seed, person.index, 2) < 0.15 + 0.35 * person.digital ? `oZx${hex(seed, person.index, 7)}` : null

const hex = (seed: number, index: number, n: number) =>
  [0, 1, 2]
    .map((i) =>
      Math.floor(shareOf(seed, index, n * 8 + i) * 4294967296)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('')

const phones: readonly (readonly [os: Device['os'], model: string])[] = [
  ['Android', 'Redmi K70'],
  ['Android', 'OPPO Reno12'],
  ['Android', 'vivo S19'],
  ['Android', 'Honor 200'],
  ['HarmonyOS', 'HUAWEI Mate 60'],
  ['HarmonyOS', 'HUAWEI nova 13'],
  ['iOS', 'iPhone 14'],
  ['iOS', 'iPhone 16'],
]

/**
 * A phone for the app, for some a second one, a browser, the phone again for the mini-program. In some families of two, the
 * second of the couple also uses the tablet of the first.
 */
export function devicesOf(seed: number, customers: number, person: Person): Device[] {
  if (!goesDigital(seed, person)) return []
  const { index } = person
  const devices: Device[] = [phone(seed, index, 0, 'app')]
  if (shareOf(seed, index, 10) < 0.08) devices.push(phone(seed, index, 1, 'app'))
  if (shareOf(seed, index, 11) < 0.3) devices.push(computer(seed, index))
  if (openidOf(seed, person)) devices.push({ ...phone(seed, index, 0, 'mini-program'), id: `M-${hex(seed, index, 5)}` })
  const tablet = sharedTablet(seed, customers, person)
  if (tablet) devices.push(tablet)
  return devices
}

function phone(seed: number, index: number, n: number, channel: 'app' | 'mini-program'): Device {
  const [os, model] = phones[Math.floor(shareOf(seed, index, 20 + n) * phones.length)] ?? ['Android', 'Redmi K70']
  return { id: `A-${hex(seed, index, 3 + n)}`, channel, os, model, sharedWith: null }
}

function computer(seed: number, index: number): Device {
  const mac = shareOf(seed, index, 12) < 0.15
  return {
    id: `W-${hex(seed, index, 6)}`,
    channel: 'web',
    os: mac ? 'macOS' : 'Windows',
    model: mac
      ? 'Safari 18'
      : one(streamOf(seed, index, purpose.devices, 13), ['Chrome 138', 'Edge 138', '360 安全浏览器']),
    sharedWith: null,
  }
}

function sharedTablet(seed: number, customers: number, person: Person): Device | undefined {
  const { household, place, index } = person
  if (place > 1 || shareOf(seed, household, 14) >= 0.35) return undefined
  const other = place === 0 ? index + 1 : index - 1
  if (other >= customers) return undefined
  const partner = personOf({ seed, customers, from: '', days: 1 }, other)
  if (partner.household !== household || !goesDigital(seed, partner)) return undefined
  return { id: `T-${hex(seed, household, 9)}`, channel: 'app', os: 'Android', model: 'MatePad 11', sharedWith: other }
}

/** Which of his devices a person takes up: the first mostly. */
export function deviceFor(devices: readonly Device[], next: Chance): Device | undefined {
  return devices[
    weighted(
      next(),
      devices.map(({ id, channel }) =>
        id.startsWith('T') ? 0.12 : channel === 'app' ? 1 : channel === 'web' ? 0.22 : 0.3,
      ),
    )
  ]
}
