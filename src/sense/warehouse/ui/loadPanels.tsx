import { Input, InputNumber, Radio, Select, Switch } from 'antd'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { useText } from '../../../console/kit/text.ts'
import type { Definition, Looked, Timetable } from '../contract.ts'
import { CheckForm, Fault } from './checkForm.tsx'

type Props = {
  definition: Definition
  define: (to: Partial<Definition>) => void
  looked: Looked | undefined
  files: boolean
  faultOf: (field: string) => string | undefined
}

/** How much is read and when, and what must be true of it. */
export function LoadPanels(props: Props) {
  const t = useText()
  const { definition, define, looked, faultOf } = props
  const columns =
    looked?.columns.map(({ name }) => name) ?? definition.columns?.columns.map(({ column }) => column) ?? []
  return (
    <>
      <Panel title={t('装载', 'Loading')}>
        <LoadPart {...props} />
        <TimetablePart {...props} />
      </Panel>
      <Panel title={t('质量检查', 'Checks')}>
        <CheckForm
          checks={definition.checks}
          columns={columns}
          change={(checks) => define({ checks })}
          faultOf={faultOf}
        />
      </Panel>
      <Panel title={t('延迟', 'Delay')}>
        <DelayPart {...props} />
      </Panel>
    </>
  )
}

function LoadPart({ definition, define, looked, files, faultOf }: Props) {
  const t = useText()
  const { load } = definition
  const source = looked?.source.map(({ name }) => name) ?? (load.column ? [load.column] : [])
  return (
    <div className="zx-wh-line">
      <Radio.Group
        aria-label={t('范围', 'How much')}
        optionType="button"
        value={load.how}
        options={[
          { value: 'full', label: t('全量', 'All') },
          { value: 'incremental', label: t('增量', 'Incremental') },
        ]}
        onChange={({ target }) => define({ load: { ...load, how: target.value } })}
      />
      {load.how === 'full' ? (
        <span className="zx-quiet">
          {t('每次读全部,只发送有变化的行', 'All is read each time; only what changed is sent')}
        </span>
      ) : files ? (
        <span className="zx-quiet">{t('只读修改时间在水位之后的文件', 'Files that changed since the watermark')}</span>
      ) : (
        <>
          <Select
            aria-label={t('水位列', 'Column of the watermark')}
            style={{ width: 200 }}
            showSearch
            status={faultOf('load.column') ? 'error' : undefined}
            placeholder={t('水位列,如更新时间', 'Such as updated_at')}
            value={load.column}
            options={source.map((value) => ({ value, label: value }))}
            onChange={(column: string) => define({ load: { ...load, column } })}
          />
          <InputNumber
            aria-label={t('重叠', 'Overlap')}
            style={{ width: 220 }}
            prefix={<span className="zx-quiet">{t('重叠', 'Overlap')}</span>}
            suffix={t('秒或个', 's or units')}
            min={0}
            value={load.overlap ?? 0}
            onChange={(overlap) => define({ load: { ...load, overlap: overlap ?? 0 } })}
          />
        </>
      )}
      <Fault of={faultOf('load.column')} />
    </div>
  )
}

function TimetablePart({ definition, define, faultOf }: Props) {
  const t = useText()
  const { timetable } = definition
  return (
    <div className="zx-wh-line">
      <Radio.Group
        aria-label={t('时间表', 'Timetable')}
        optionType="button"
        value={timetable.kind}
        options={[
          { value: 'hand', label: t('手动', 'By hand') },
          { value: 'every', label: t('每隔', 'Every') },
          { value: 'cron', label: t('定时', 'At') },
        ]}
        onChange={({ target }) => define({ timetable: fresh[target.value as Timetable['kind']] })}
      />
      {timetable.kind === 'every' ? (
        <InputNumber
          aria-label={t('分钟', 'Minutes')}
          min={1}
          max={10_080}
          precision={0}
          suffix={t('分钟', 'min')}
          value={timetable.minutes}
          onChange={(minutes) => define({ timetable: { kind: 'every', minutes: minutes ?? undefined } })}
        />
      ) : null}
      {timetable.kind === 'cron' ? (
        <>
          <Input
            aria-label={t('cron 表达式', 'Cron expression')}
            style={{ width: 180 }}
            status={faultOf('timetable.cron') ? 'error' : undefined}
            value={timetable.cron}
            onChange={({ target }) => define({ timetable: { kind: 'cron', cron: target.value } })}
          />
          <span className="zx-quiet">
            {t(
              '分 时 日 月 周,北京时间;如 30 6 * * * 为每天 6:30',
              'minute hour day month weekday, Beijing time; 30 6 * * * is 6:30 each day',
            )}
          </span>
        </>
      ) : null}
      <Fault of={faultOf('timetable.minutes') ?? faultOf('timetable.cron')} />
    </div>
  )
}

const fresh: Record<Timetable['kind'], Timetable> = {
  hand: { kind: 'hand' },
  every: { kind: 'every', minutes: 60 },
  cron: { kind: 'cron', cron: '30 6 * * *' },
}

function DelayPart({ definition, define, faultOf }: Props) {
  const t = useText()
  const { delay } = definition
  return (
    <div className="zx-wh-line">
      <Switch
        aria-label={t('检查延迟', 'Look for delay')}
        checked={delay !== null && delay !== undefined}
        onChange={(on) => define({ delay: on ? { by: '08:00', days: 1 } : null })}
      />
      {delay ? (
        <>
          <span>{t('每天', 'By')}</span>
          <Input
            aria-label={t('时刻', 'Time')}
            type="time"
            style={{ width: 120 }}
            value={delay.by}
            onChange={({ target }) => define({ delay: { ...delay, by: target.value } })}
          />
          <span>{t('前,应有', 'each day the data of')}</span>
          <InputNumber
            aria-label={t('天数', 'Days')}
            min={0}
            max={31}
            precision={0}
            value={delay.days}
            onChange={(days) => define({ delay: { ...delay, days: days ?? 0 } })}
          />
          <span>{t('天前的数据(0 为当天),否则告警', 'days before (0: that day), or an alert is raised')}</span>
        </>
      ) : (
        <span className="zx-quiet">{t('不检查', 'Not looked for')}</span>
      )}
      <Fault of={faultOf('delay.by')} />
    </div>
  )
}
