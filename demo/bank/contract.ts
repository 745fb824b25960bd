// What the practice bank offers to the program that runs it: types only. Times are epoch milliseconds, days are counted
// from the bank's first one (0 = `from`), hours are those of China (UTC+8, no summer time), money is yuan with two places.

export type BankOptions = {
  seed: number
  /** How many customers there are on the last day; some open their account on the way. */
  customers: number
  /** The first day, `2025-07-01`. */
  from: string
  /** How many days are played. Days after them can be asked for as well: life goes on. */
  days: number
}

// ---- the bank itself 银行

export type Org = {
  code: string
  name: string
  parent: string | null
  kind: 'head' | 'branch' | 'sub-branch'
  city: string
  sort: number
}

export type Post = 'manager' | 'wealth-manager' | 'teller' | 'branch-head'
export type Employee = { no: string; name: string; post: Post; org: string }

export type Risk = 'R1' | 'R2' | 'R3' | 'R4' | 'R5'
export type RiskGrade = 'C1' | 'C2' | 'C3' | 'C4' | 'C5'
export type ProductKind = 'current' | 'deposit' | 'wealth' | 'fund' | 'insurance' | 'loan' | 'card'
export type Product = {
  no: string
  name: string
  kind: ProductKind
  risk: Risk
  /** Null: no fixed end. */
  termDays: number | null
  /** Per cent a year: interest, benchmark, or what a loan costs. */
  annualRate: number
  /** Per cent of the amount, once. */
  fee: number
  minimum: number
  onSaleFrom: string
  onSaleUntil: string | null
}

export type MerchantKind =
  | 'supermarket'
  | 'restaurant'
  | 'online'
  | 'fuel'
  | 'transport'
  | 'clothing'
  | 'health'
  | 'education'
  | 'entertainment'
  | 'travel'
export type Merchant = { no: string; name: string; kind: MerchantKind; city: string; org: string }

export type DayKind = 'workday' | 'weekend' | 'holiday' | 'make-up'
export type CalendarDay = {
  day: number
  date: string
  /** 1 Monday … 7 Sunday. */
  weekday: number
  /** A make-up day is a Saturday or Sunday on which people work. */
  kind: DayKind
  holiday: string | null
  /** 618, Double Eleven and the like. */
  festival: string | null
}

export type Bank = {
  readonly options: BankOptions
  readonly orgs: readonly Org[]
  readonly employees: readonly Employee[]
  readonly products: readonly Product[]
  readonly merchants: readonly Merchant[]
  /** The calendar of the days that are played. */
  readonly calendar: readonly CalendarDay[]
}

// ---- customers 客户

export type Channel = 'app' | 'web' | 'mini-program'
export type Device = {
  id: string
  channel: Channel
  os: 'iOS' | 'Android' | 'HarmonyOS' | 'Windows' | 'macOS'
  model: string
  /** The other customer who uses it too: a family's tablet. */
  sharedWith: number | null
}

export type Reach = { sms: boolean; email: boolean; push: boolean; wecom: boolean; call: boolean }

/** What never changes of a customer. Personal values are invented: mobiles in ranges that are never issued. */
export type Customer = {
  /** 0 … customers − 1: how the practice bank names him everywhere. */
  index: number
  /** How the bank names him: the customer number, the same in every door. */
  no: string
  /** The login of app and web; bound to the customer number at the first login, for good. Null: never went digital. */
  login: string | null
  /** Of WeChat, for the mini-program. */
  openid: string | null
  name: string
  gender: '1' | '2'
  birthday: string
  certificate: string
  mobile: string
  email: string | null
  address: string
  province: string
  city: string
  cityTier: 1 | 2 | 3 | 4
  occupation: string
  /** Yuan a month after tax. */
  income: number
  household: number
  org: string
  employee: string | null
  /** Before the first day for most: day number, negative for those. */
  openedDay: number
  openedOn: string
  devices: readonly Device[]
  reach: Reach
}

/** Hidden: Zhixing never sees these. 0 … 1 each. */
export type Traits = {
  digital: number
  priceSensitivity: number
  trust: number
  /** How fast contacts tire him. */
  irritability: number
  /** Appetite for financial products. */
  appetite: number
  /** How probable it is that he looks at his phone, by hour of the day; the greatest is 1. */
  attention: readonly number[]
}

/** What the bank knows of a customer on a day, with the names of the attributes that Zhixing knows. */
export type Profile = {
  customer_no: string
  level: '普通' | '金卡' | '白金' | '钻石' | '私人银行'
  risk_grade: RiskGrade | null
  aum: number
  /** `left`: took his money away. */
  state: 'active' | 'sleeping' | 'left'
}

export type Holding = {
  no: string
  customer: number
  product: string
  balance: number
  openedOn: string
  maturesOn: string | null
}

// ---- what happens 事件

export type Who = {
  /** Absent where there is none (branch, core banking). */
  device?: string
  /** Absent before login. A number and a login always come together. */
  login?: string
  customerNo?: string
  openid?: string
}

/** Where it is recorded: SDKs of app, web and mini-program; the bank's own systems for the rest. */
export type Origin = Channel | 'core' | 'branch'

export type Props = Record<string, string | number | boolean>

export type DemoEvent = {
  /** The same for the same event whenever it is generated: a good message id. */
  id: string
  customer: number
  origin: Origin
  event: string
  at: number
  who: Who
  props: Props
  /** Names the visit it belongs to. */
  session?: string
  /** The purchase it belongs to: put off with it. */
  order?: string
}

// ---- response 响应

export type ContactKind = 'sms' | 'email' | 'push' | 'popup' | 'wecom' | 'call' | 'coupon' | 'placement'

export type Contact = {
  /** Anything that names this contact: the same contact has the same outcomes. */
  id: string
  customer: number
  kind: ContactKind
  at: number
  /** Yuan, of a coupon or benefit. */
  value?: number
  /** A product number: what is offered. */
  product?: string
  /** The contact asks to invite friends. */
  invitation?: boolean
  /** The customer who invited this one. */
  invitedBy?: number
  /** Contacts of the last weeks, in any order: they tire. */
  earlier: readonly { kind: ContactKind; at: number }[]
}

/** What a contact changed, against the same days without it. `at` is when it shows. */
export type Outcome = { customer: number; at: number; contact: string } & (
  | { kind: 'opened' | 'clicked' | 'complained' | 'opted-out' | 'redeemed' }
  /** A visit that would not have been; `channel` is where. */
  | { kind: 'visited'; channel: Channel }
  /** A purchase that would not have been. */
  | { kind: 'bought'; product: string; amount: number; termDays: number | null }
  /** Put off: the purchase of this order number will not be; its events do not come. */
  | { kind: 'put-off'; order: string }
  /** Money brought in or taken away, beside purchases. */
  | { kind: 'aum'; change: number }
  /** Leaves: nothing more comes from him after this. */
  | { kind: 'left' }
  /** Sent an invitation to another customer. */
  | { kind: 'invited'; friend: number }
)

/** Probabilities within `days` of the contact (14, or fewer where asked), without and with it: the truth of one contact for one customer. */
export type Effect = {
  days: number
  opened: number
  clicked: number
  /** Without: from his habit and mood, not counting holidays and pay days. */
  visited: { without: number; with: number }
  bought: { without: number; with: number }
  complained: { without: number; with: number }
  optedOut: { without: number; with: number }
  left: { without: number; with: number }
  /** Expected yuan. */
  aum: number
}

export type ResponseType = 'persuadable' | 'sure-thing' | 'lost-cause' | 'do-not-disturb'

// ---- the truth 真值

/** What a contact changes: probabilities within 14 days (of `opened` and `clicked`, that it happens at all), `aum` in yuan. */
export const outcomeNames = ['opened', 'clicked', 'visited', 'bought', 'complained', 'optedOut', 'left', 'aum'] as const
export type OutcomeName = (typeof outcomeNames)[number]

/** Means of a segment: of buying without and with the contact, and the effect on it; then the effects on every outcome. */
export type TruthOfSegment = {
  segment: string
  customers: number
  without: number
  with: number
  effect: number
  effects: Record<OutcomeName, number>
}
export type TruthOfTreatment = {
  treatment: string
  kind: ContactKind
  value: number | null
  /** Over all active customers on the day. */
  average: TruthOfSegment
  segments: TruthOfSegment[]
}
export type Truth = {
  options: BankOptions
  day: number
  types: Record<ResponseType, number>
  treatments: TruthOfTreatment[]
}
/** One line for each customer: for the file that Zhixing never reads. Effects by treatment, in the order of `outcomeNames`. */
export type TruthOfCustomer = {
  customer: string
  type: ResponseType
  traits: Omit<Traits, 'attention'>
  effects: Record<string, number[]>
}

// ---- what bank.ts offers (demo/bank/bank.ts)

export type MakeBank = (options: BankOptions) => Bank
export type CustomersOf = (bank: Bank) => Iterable<Customer>
export type CustomerAt = (bank: Bank, index: number) => Customer
export type TraitsOf = (bank: Bank, index: number) => Traits
/** At the end of the day. None before the account is opened. */
export type HoldingsOn = (bank: Bank, index: number, day: number) => Holding[]
export type ProfileOn = (bank: Bank, index: number, day: number) => Profile
/** In time order for each customer, customers one after another. */
export type EventsOf = (bank: Bank, day: number) => Iterable<DemoEvent>
export type EventsOfCustomer = (bank: Bank, index: number, day: number) => DemoEvent[]
export type Respond = (bank: Bank, contact: Contact) => Outcome[]
export type EffectOf = (bank: Bank, contact: Contact, days?: number) => Effect
export type TruthOf = (bank: Bank, day?: number) => Truth
export type TruthOfCustomers = (bank: Bank, day?: number) => Iterable<TruthOfCustomer>

/**
 * The bank and what contacts have changed in it: purchases that came or did not, money moved, people who left. The bank
 * alone is what would have happened to everyone untouched. The runner gives it every outcome and asks it, not the bank.
 */
export type World = {
  readonly bank: Bank
  note(outcomes: readonly Outcome[]): void
  /** The bank's events of the day without what was put off, and with those that outcomes bring. */
  eventsOf(day: number): Iterable<DemoEvent>
  holdingsOn(index: number, day: number): Holding[]
  profileOn(index: number, day: number): Profile
  /** The product may no longer write to these. */
  optedOut(index: number): boolean
}
export type WorldOf = (bank: Bank) => World
