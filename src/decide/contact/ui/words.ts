import { type Text, text } from '../../../console/kit/text.ts'
import {
  type BarKind,
  type BarRow,
  type Channel,
  channelNames,
  channels,
  classes,
  classNames,
  type EntryRow,
  type Policy,
  type Quiet,
} from '../contract.ts'

export const barNames: Record<BarKind, Text> = {
  'opt-out': text('退订', 'Opt-out'),
  blacklist: text('黑名单', 'Blacklist'),
  suppressed: text('失效地址', 'Dead address'),
  automated: text('拒绝自动化决策', 'No automated decisions'),
}

export const barStates: Record<BarRow['state'], Text> = {
  on: text('生效中', 'Holds'),
  expired: text('已到期', 'Expired'),
  ended: text('已移除', 'Taken off'),
}

export const entryNames: Record<EntryRow['state'], Text> = {
  planned: text('已排期', 'Planned'),
  held: text('延期中', 'Held'),
  reserved: text('已占用', 'Reserved'),
  confirmed: text('已发出', 'Sent'),
  released: text('已释放', 'Released'),
  expired: text('占用已过期', 'Expired'),
  dropped: text('放弃', 'Dropped'),
}

export const entryColours: Record<EntryRow['state'], string> = {
  planned: 'processing',
  held: 'warning',
  reserved: 'processing',
  confirmed: 'success',
  released: 'default',
  expired: 'error',
  dropped: 'error',
}

export const versionStates: Record<Policy['versions'][number]['state'], Text> = {
  coming: text('待生效', 'Coming'),
  current: text('生效中', 'Holds'),
  past: text('历史', 'Past'),
}

export const sourceNames: Record<string, Text> = {
  console: text('人工录入', 'By hand'),
  page: text('退订页', 'Unsubscribe page'),
  receipt: text('渠道回执', 'Receipt'),
  import: text('名单导入', 'Import'),
}

export const weekdays: readonly Text[] = [
  text('周一', 'Mon'),
  text('周二', 'Tue'),
  text('周三', 'Wed'),
  text('周四', 'Thu'),
  text('周五', 'Fri'),
  text('周六', 'Sat'),
  text('周日', 'Sun'),
]

export const calendarNames: Record<Quiet['calendar'], Text> = {
  any: text('所有日子', 'All days'),
  workday: text('工作日(含调休上班)', 'Working days'),
  restday: text('休息日(周末与节假日)', 'Days off'),
  holiday: text('法定节假日', 'Public holidays'),
}

export const channelChoices = channels.map((value) => ({ value, label: channelNames[value] }))
export const classChoices = classes.map((value) => ({ value, label: classNames[value] }))

/** `营销类 短信、外呼 每天 22:00–08:00` */
export function quietSentence(quiet: Quiet): Text {
  const list = (names: readonly Text[], lang: keyof Text, none: string) =>
    names.length === 0 ? none : names.map((one) => one[lang]).join(lang === 'zh' ? '、' : ', ')
  const about = (lang: keyof Text, none: [string, string]) =>
    `${list(
      quiet.classes.map((one) => classNames[one]),
      lang,
      none[0],
    )} · ${list(
      quiet.channels.map((one: Channel) => channelNames[one]),
      lang,
      none[1],
    )}`
  const days = quiet.weekdays.map((one) => weekdays[one - 1] ?? text('', ''))
  const when = (lang: keyof Text, every: string) => {
    const dates = quiet.dates.map(({ from, to }) => (from === to ? from : `${from} – ${to}`))
    const calendar = quiet.calendar === 'any' ? [] : [calendarNames[quiet.calendar][lang]]
    const parts = [...dates, ...calendar, ...(days.length > 0 ? [list(days, lang, '')] : [])]
    return parts.length === 0 ? every : parts.join(' · ')
  }
  const hours = quiet.from === '00:00' && quiet.until === '24:00' ? text('全天', 'all day') : undefined
  const next = quiet.until <= quiet.from
  return text(
    `${about('zh', ['所有遵守勿扰的类别', '全部渠道'])} · ${when('zh', '每天')} ${hours?.zh ?? `${quiet.from} – ${next ? '次日 ' : ''}${quiet.until}`}`,
    `${about('en', ['All that obey quiet hours', 'all channels'])} · ${when('en', 'every day')} ${hours?.en ?? `${quiet.from} – ${quiet.until}${next ? ' next day' : ''}`}`,
  )
}
