import { Alert, Button, Checkbox, Radio, Select } from 'antd'
import { useState } from 'react'
import { api } from '../../../console/kit/api.ts'
import { useAct } from '../../../console/kit/confirmAct.tsx'
import { Detail } from '../../../console/kit/detail.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Can, useCan } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { type Text, text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { SegmentDetail, Updates } from '../contract.ts'
import { MovesChart } from './movesChart.tsx'
import { realTime, schedules } from './words.ts'
import './updates.css'

/** How the segment keeps up, how it did the last times, and who came and went. */
export function UpdatesPanel({ segment }: { segment: SegmentDetail }) {
  const asked = useApi<Updates>(
    `/api/segments/${segment.id}/updates`,
    undefined,
    segment.live && segment.state === 'live' ? { refetchEvery: 5000 } : {},
  )
  return (
    <Answer of={asked}>
      {(updates) => (
        <>
          <ModePanel key={segment.revision} segment={segment} updates={updates} />
          <Work segment={segment} updates={updates} />
          <Moves updates={updates} />
        </>
      )}
    </Answer>
  )
}

type Props = { segment: SegmentDetail; updates: Updates }

const modes = ['hand', 'timed', 'live'] as const
type Mode = (typeof modes)[number]

const modeWords: Record<Mode, { name: Text; says: Text }> = {
  hand: { name: text('手动', 'By hand'), says: text('有人点“刷新”时才更新', 'Asked when somebody says so') },
  timed: { name: text('定时', 'By schedule'), says: text('按计划更新', 'Asked by a schedule') },
  live: {
    name: realTime,
    says: text(
      '客户有新行为或资料变化后约一秒内进出;时间窗到期的客户在到期那一刻离开',
      'Customers come and go within about a second of what they do, and leave at the instant a window ends',
    ),
  },
}

function modeOf({ live, cron }: SegmentDetail): Mode {
  if (live) return 'live'
  return cron === null ? 'hand' : 'timed'
}

function ModePanel({ segment, updates: { noLive } }: Props) {
  const t = useText()
  const act = useAct()
  const can = useCan()
  const [mode, setMode] = useState(modeOf(segment))
  const [cron, setCron] = useState(segment.cron ?? schedules[1]?.cron ?? '')
  const [inside, setInside] = useState(segment.tellsInside)
  const may = can('segments.segment.edit') && segment.state !== 'retired'
  const wanted = { cron: mode === 'timed' ? cron : null, live: mode === 'live', tellsInside: inside }
  const { revision, tellsInside } = segment
  const same =
    wanted.cron === segment.cron && wanted.live === segment.live && (wanted.tellsInside === tellsInside || !may)
  const save = async () => {
    await api.patch(`/api/segments/${segment.id}`, { ...wanted, revision })
    await refresh('/api/segments')
  }
  const known = schedules.some((one) => one.cron === cron)
  const options = schedules.map((one) => ({ value: one.cron, label: t(one.name) }))
  return (
    <Panel title={t('更新方式', 'Kept up')}>
      <Radio.Group
        className="zx-segment-modes"
        aria-label={t('更新方式', 'Kept up')}
        value={mode}
        disabled={!may}
        onChange={({ target }) => setMode(target.value as Mode)}
      >
        {modes.map((one) => (
          <Radio key={one} value={one} disabled={one === 'live' && noLive !== null}>
            <b>{t(modeWords[one].name)}</b>
            <span className="zx-quiet">{t(modeWords[one].says)}</span>
          </Radio>
        ))}
      </Radio.Group>
      {noLive ? <p className="zx-quiet">{t(`不能实时:${noLive.zh}`, `Not in real time: ${noLive.en}`)}</p> : null}
      {mode === 'timed' ? (
        <p>
          <Select
            aria-label={t('刷新计划', 'Schedule')}
            value={cron}
            disabled={!may}
            onChange={setCron}
            options={known ? options : [...options, { value: cron, label: cron }]}
            popupMatchSelectWidth={false}
          />
        </p>
      ) : null}
      <p>
        <Checkbox
          checked={inside}
          disabled={!may || segment.size !== null}
          onChange={({ target }) => setInside(target.checked)}
        >
          {t(
            '首次计算时,已在其中的客户也记为“进入”(默认只记之后的变化)',
            'At the first filling, who is inside already enters as well (otherwise only later changes are told)',
          )}
        </Checkbox>
      </p>
      <Can needs="segments.segment.edit">
        <Button type="primary" disabled={same || !may} onClick={() => void act(save, t('更新方式已保存', 'Saved'))}>
          {t('保存', 'Save')}
        </Button>
      </Can>
    </Panel>
  )
}

function Work({ segment, updates: { whole, part, why, followed, lagSeconds, nextAt } }: Props) {
  const t = useText()
  const { number, time } = useFormats()
  const told = (of: Updates['whole']) =>
    of &&
    t(
      `${time(of.at)} · ${number(of.size)} 位客户 · ${number(of.ms)} 毫秒`,
      `${time(of.at)} · ${number(of.size)} customers · ${number(of.ms)} ms`,
    )
  const waiting = segment.live && segment.state === 'live' && !followed && segment.version > 0
  return (
    <Panel title={t('更新情况', 'How it went')}>
      {waiting ? (
        <Alert
          className="zx-note"
          type="info"
          showIcon
          title={t('正在准备实时更新:先完整计算一次', 'Real time begins once everyone was asked')}
        />
      ) : null}
      <Detail
        items={[
          { label: t('最近全量', 'Everyone asked'), value: told(whole), wide: true },
          { label: t('全量原因', 'Because'), value: why ? t(why) : blank, wide: true },
          {
            label: t('最近增量', 'Some asked'),
            value:
              part &&
              t(`${told(part)} · 只问了 ${number(part.asked)} 位`, `${told(part)} · ${number(part.asked)} asked`),
            wide: true,
          },
          segment.live && {
            label: t('实时延迟', 'Behind'),
            value:
              lagSeconds === null
                ? blank
                : lagSeconds === 0
                  ? t('没有', 'Not at all')
                  : t(`${number(lagSeconds)} 秒`, `${number(lagSeconds)} s`),
          },
          segment.live && { label: t('下一次因时间变化', 'Next by time alone'), value: time(nextAt) },
        ]}
      />
    </Panel>
  )
}

function Moves({ updates: { days } }: { updates: Updates }) {
  const t = useText()
  const { number } = useFormats()
  const sum = (of: 'entered' | 'left') => days.reduce((total, day) => total + day[of], 0)
  return (
    <Panel
      title={t('每日进出', 'Came and went by day')}
      extra={
        <span className="zx-quiet">
          {t(
            `近 30 天 进入 ${number(sum('entered'))} · 离开 ${number(sum('left'))}`,
            `30 days: ${number(sum('entered'))} came, ${number(sum('left'))} went`,
          )}
        </span>
      }
    >
      <MovesChart days={days} />
    </Panel>
  )
}
