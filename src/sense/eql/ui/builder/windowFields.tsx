import { DatePicker, InputNumber, Select } from 'antd'
import dayjs from 'dayjs'
import { useLang, useText } from '../../../../console/kit/text.ts'
import { calendarUnits, type Expr, spanUnits, type Window } from '../../contract.ts'
import { useBuilding } from './context.ts'
import { pathsOf } from './things.ts'
import { eventWindows, unitWords, windowKey, withinWindows } from './words.ts'

type WindowProps = {
  window: Window
  change: (window: Window, typing?: string) => void
  /** Of events, or of a day or time that may lie ahead; `days`: it has no hours. */
  of: 'events' | 'within'
  days?: boolean
  /** Whose days may be bounds; null: only days of the calendar. */
  entity: string | null
}

/** A window of time: its kind, then what that needs. */
export function WindowFields({ window, change, of, days, entity }: WindowProps) {
  const t = useText()
  const choices = of === 'events' ? eventWindows : withinWindows
  const key = windowKey(window)
  return (
    <span className="zx-rule-words">
      <Select
        size="small"
        aria-label={t('时间窗', 'Window of time')}
        popupMatchSelectWidth={false}
        value={key}
        onChange={(next: string) => {
          const made = choices.find((choice) => choice.key === next)?.make()
          if (made) change(made)
        }}
        options={choices.map((choice) => ({ value: choice.key, label: t(choice.name) }))}
      />
      {window.kind === 'last' || window.kind === 'next' ? (
        <Length
          n={window.n}
          unit={window.unit}
          units={days ? spanUnits.filter((unit) => unit !== 'minute' && unit !== 'hour') : spanUnits}
          change={(n, unit) => change({ kind: window.kind, n, unit }, 'window')}
        />
      ) : null}
      {key === 'previous' || key === 'following' ? (
        <Length
          n={'n' in window ? window.n : 2}
          unit={'unit' in window && window.unit !== 'minute' && window.unit !== 'hour' ? window.unit : 'month'}
          units={calendarUnits}
          change={(n, unit) => change({ kind: key, n, unit }, 'window')}
        />
      ) : null}
      {window.kind === 'since' ? (
        <Bound
          bound={window.from}
          change={(from) => change({ ...window, from })}
          entity={entity}
          label={t('起', 'From')}
        />
      ) : null}
      {window.kind === 'range' ? (
        <>
          <Bound
            bound={window.from}
            change={(from) => change({ ...window, from })}
            entity={entity}
            label={t('起', 'From')}
          />
          <span>{t('至', 'to')}</span>
          <Bound bound={window.to} change={(to) => change({ ...window, to })} entity={entity} label={t('止', 'To')} />
        </>
      ) : null}
    </span>
  )
}

type LengthProps<U extends string> = { n: number; unit: U; units: readonly U[]; change: (n: number, unit: U) => void }

export function Length<U extends keyof typeof unitWords>({ n, unit, units, change }: LengthProps<U>) {
  const t = useText()
  return (
    <>
      <InputNumber
        size="small"
        className="zx-rule-small"
        controls={false}
        min={1}
        max={10_000}
        precision={0}
        aria-label={t('数量', 'How many')}
        value={n}
        onChange={(next) => next !== null && change(Number(next), unit)}
      />
      <Select
        size="small"
        aria-label={t('单位', 'Unit')}
        popupMatchSelectWidth={false}
        value={unit}
        onChange={(next: U) => change(n, next)}
        options={units.map((one) => ({ value: one, label: t(unitWords[one]) }))}
      />
    </>
  )
}

type BoundProps = { bound: Expr; change: (bound: Expr) => void; entity: string | null; label: string }

/** A day of the calendar, or a day of the customer's own: since the last pay day. */
function Bound({ bound, change, entity, label }: BoundProps) {
  const t = useText()
  const lang = useLang()
  const { schema } = useBuilding()
  const fields = entity
    ? pathsOf(schema, entity, 0).filter(
        ({ field: { type, onlyKnown } }) => !onlyKnown && (type === 'day' || type === 'time'),
      )
    : []
  const key = bound.kind === 'field' ? bound.path.join('.') : bound.kind === 'param' ? `$${bound.name}` : ''
  const options = [
    { value: '', label: t('指定日期', 'A day') },
    ...fields.map((one) => ({ value: one.path.join('.'), label: one[lang] })),
    ...schema.params
      .filter(({ type }) => type === 'day' || type === 'time')
      .map(({ name }) => ({ value: `$${name}`, label: `$${name}` })),
  ]
  const choose = (next: string) => {
    if (next === '') change({ kind: 'day', value: dayjs().format('YYYY-MM-DD') })
    else
      change(next.startsWith('$') ? { kind: 'param', name: next.slice(1) } : { kind: 'field', path: next.split('.') })
  }
  const time = bound.kind === 'time'
  return (
    <>
      {options.length > 1 || key !== '' ? (
        <Select
          size="small"
          aria-label={t(`${label}:哪一天`, `${label}: which day`)}
          popupMatchSelectWidth={false}
          value={key}
          onChange={choose}
          options={options.some(({ value }) => value === key) ? options : [...options, { value: key, label: key }]}
        />
      ) : null}
      {bound.kind === 'day' || bound.kind === 'time' ? (
        <DatePicker
          size="small"
          aria-label={label}
          allowClear={false}
          showTime={time}
          value={dayjs(bound.value)}
          onChange={(next) =>
            next && change({ kind: bound.kind, value: next.format(time ? 'YYYY-MM-DDTHH:mm:ss' : 'YYYY-MM-DD') })
          }
        />
      ) : null}
    </>
  )
}
