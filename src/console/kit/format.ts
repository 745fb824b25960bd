import { type Lang, localeOf, useLang } from './text.ts'

/** Instants are shown in the bank's zone, not in that of the machine that looks at them. */
export const zone = 'Asia/Shanghai'

const made = new Map<string, Intl.DateTimeFormat>()

function formatter(shape: 'time' | 'day' | 'second'): Intl.DateTimeFormat {
  const found = made.get(shape)
  if (found) return found
  const day = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const options = { day, time: { ...day, ...time }, second: { ...day, ...time, second: '2-digit' as const } }[shape]
  // sv-SE writes 2026-01-05 09:00, the same in both languages and sortable by eye.
  const next = new Intl.DateTimeFormat('sv-SE', { ...options, timeZone: zone })
  made.set(shape, next)
  return next
}

export type Formats = {
  /** An ISO instant as `2026-01-05 09:00`. */
  time(at: string | null | undefined): string
  /** With seconds, where order matters (the audit, jobs). */
  second(at: string | null | undefined): string
  day(at: string | null | undefined): string
  /** `3 分钟前`, `in 2 hours`. */
  ago(at: string | null | undefined): string
  number(value: number | bigint | null | undefined): string
  /** Minor units as text or bigint, with their currency: `¥1,234.50`. */
  money(minor: string | bigint, currency: string): string
  bytes(value: number): string
  /** A length of time in milliseconds: `3.2 s`, `4 h 5 min`. */
  span(milliseconds: number): string
}

export const blank = '—'

// Making a formatter costs far more than using it.
const relative: Record<Lang, Intl.RelativeTimeFormat> = {
  zh: new Intl.RelativeTimeFormat('zh-CN', { numeric: 'auto' }),
  en: new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' }),
}

function ago(lang: Lang, at: string): string {
  const seconds = (new Date(at).getTime() - Date.now()) / 1000
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ]
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
  return relative[lang].format(Math.round(seconds / size), unit)
}

function money(lang: Lang, minor: string | bigint, currency: string): string {
  const format = new Intl.NumberFormat(localeOf(lang), { style: 'currency', currency })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  const value = BigInt(minor)
  const whole = (value < 0n ? -value : value).toString().padStart(digits + 1, '0')
  const cut = whole.length - digits
  const written = `${value < 0n ? '-' : ''}${whole.slice(0, cut)}${digits ? `.${whole.slice(cut)}` : ''}`
  return format.format(written as unknown as number)
}

function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let index = 0
  let left = value
  while (left >= 1024 && index < units.length - 1) {
    left /= 1024
    index++
  }
  return `${left.toFixed(index === 0 || left >= 100 ? 0 : 1)} ${units[index]}`
}

function span(lang: Lang, milliseconds: number): string {
  const zh = lang === 'zh'
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ${zh ? '毫秒' : 'ms'}`
  const seconds = milliseconds / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} ${zh ? '秒' : 's'}`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60)
    return zh ? `${minutes} 分 ${Math.floor(seconds % 60)} 秒` : `${minutes} min ${Math.floor(seconds % 60)} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return zh ? `${hours} 小时 ${minutes % 60} 分` : `${hours} h ${minutes % 60} min`
  return zh ? `${Math.floor(hours / 24)} 天 ${hours % 24} 小时` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

export function formatsFor(lang: Lang): Formats {
  const whole = new Intl.NumberFormat(localeOf(lang))
  const instant = (shape: 'time' | 'day' | 'second') => (at: string | null | undefined) =>
    at ? formatter(shape).format(new Date(at)) : blank
  return {
    time: instant('time'),
    second: instant('second'),
    day: instant('day'),
    ago: (at) => (at ? ago(lang, at) : blank),
    number: (value) => (value === null || value === undefined ? blank : whole.format(value)),
    money: (minor, currency) => money(lang, minor, currency),
    bytes,
    span: (milliseconds) => span(lang, milliseconds),
  }
}

const formats: Record<Lang, Formats> = { zh: formatsFor('zh'), en: formatsFor('en') }

export function useFormats(): Formats {
  return formats[useLang()]
}
