import { DatePicker, Select, TimePicker } from 'antd'
import dayjs from 'dayjs'
import { Type } from 'typebox'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { Channel, calendars, MessageClass, Quiet } from '../contract.ts'
import { freshId } from './draft.ts'
import { calendarNames, channelChoices, classChoices, weekdays } from './words.ts'

const Form = Type.Object({
  name: Quiet.properties.name,
  from: Type.String({ minLength: 1 }),
  until: Type.String({ minLength: 1 }),
  classes: Type.Optional(Type.Array(MessageClass)),
  channels: Type.Optional(Type.Array(Channel)),
  calendar: Type.Enum(calendars),
  weekdays: Type.Optional(Type.Array(Type.Integer())),
  dates: Type.Optional(Type.Array(Type.Object({ from: Type.String(), to: Type.String() }))),
})

type DrawerProps = {
  open: boolean
  quiet: Quiet | undefined
  taken: readonly Quiet[]
  close: () => void
  save: (quiet: Quiet) => void
}

export function QuietDrawer({ open, quiet, taken, close, save }: DrawerProps) {
  const t = useText()
  const different = (value: unknown, all: Record<string, unknown>) =>
    value === all.from ? text('应与开始时间不同', 'Must differ from the start') : undefined
  return (
    <FormDrawer
      open={open}
      title={quiet ? t('编辑勿扰时段', 'Edit quiet hours') : t('新增勿扰时段', 'New quiet hours')}
      close={close}
      size={520}
      schema={Form}
      initial={quiet ?? { from: '21:00', until: '09:00', calendar: 'any', classes: ['marketing'], dates: [] }}
      parts={[
        {
          name: 'name',
          label: text('名称', 'Name'),
          placeholder: text('例如:夜间免打扰', 'For example nights'),
          wide: true,
        },
        { name: 'from', label: text('开始', 'From'), widget: <Clock /> },
        {
          name: 'until',
          label: text('结束', 'Until'),
          widget: <Clock end />,
          help: text('早于开始即为次日', 'Earlier than the start: the next day'),
          check: different,
        },
        {
          name: 'classes',
          label: text('消息类别', 'Classes'),
          options: classChoices,
          help: text('不选为所有遵守勿扰的类别', 'All that obey quiet hours when none'),
          wide: true,
        },
        {
          name: 'channels',
          label: text('渠道', 'Channels'),
          options: channelChoices,
          help: text('不选为全部渠道', 'All when none'),
          wide: true,
        },
        {
          name: 'calendar',
          label: text('哪些日子', 'On'),
          options: calendars.map((value) => ({ value, label: calendarNames[value] })),
          wide: true,
        },
        {
          name: 'weekdays',
          label: text('星期', 'Weekdays'),
          widget: (
            <Select
              mode="multiple"
              allowClear
              placeholder={t('每天', 'Every day')}
              options={weekdays.map((name, i) => ({ value: i + 1, label: t(name) }))}
            />
          ),
          wide: true,
        },
        {
          name: 'dates',
          label: text('日期段', 'Dates'),
          widget: <Ranges />,
          help: text('可添加多段,首尾两天都算', 'Several may be given; both ends belong'),
          wide: true,
        },
      ]}
      submit={text('确定', 'OK')}
      said={false}
      save={async (values) => {
        const given = values as Partial<Quiet>
        save({
          id: quiet?.id ?? freshId('quiet', taken),
          name: given.name ?? '',
          from: given.from ?? '',
          until: given.until === '00:00' ? '24:00' : (given.until ?? ''),
          calendar: given.calendar ?? 'any',
          classes: given.classes ?? [],
          channels: given.channels ?? [],
          weekdays: [...(given.weekdays ?? [])].sort(),
          dates: given.dates ?? [],
        })
      }}
    />
  )
}

type ClockProps = { id?: string; value?: string; onChange?: (value: string | undefined) => void; end?: boolean }

function Clock({ id, value, onChange, end }: ClockProps) {
  return (
    <TimePicker
      id={id}
      format="HH:mm"
      minuteStep={5}
      needConfirm={false}
      style={{ width: '100%' }}
      value={value ? dayjs(`2026-01-01 ${end && value === '24:00' ? '00:00' : value}`) : null}
      onChange={(at) => onChange?.(at ? at.format('HH:mm') : undefined)}
    />
  )
}

type Range = { from: string; to: string }

function Ranges({ value = [], onChange }: { value?: Range[]; onChange?: (value: Range[]) => void }) {
  const t = useText()
  const rows = [...value, undefined]
  return (
    <div className="zx-contact-ranges">
      {rows.map((row, i) => (
        <DatePicker.RangePicker
          // The last, empty one becomes the next range.
          key={row ? `${row.from} ${row.to}` : `new ${value.length}`}
          aria-label={t(`第 ${i + 1} 段`, `Range ${i + 1}`)}
          value={row ? [dayjs(row.from), dayjs(row.to)] : null}
          onChange={(days) => {
            const [from, to] = days ?? []
            const next = from && to ? [{ from: from.format('YYYY-MM-DD'), to: to.format('YYYY-MM-DD') }] : []
            onChange?.([...value.slice(0, i), ...next, ...value.slice(i + 1)])
          }}
        />
      ))}
    </div>
  )
}
