import { DatePicker, Select, Tooltip } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { Channel, MessageClass, Week, When } from '../contract.ts'
import { channelChoices, classChoices, weekdays } from './words.ts'

/** A week as strips, and when a message could go: of what is published, as it holds. */
export function WeekPicture({ org, dirty }: { org: string; dirty: boolean }) {
  const t = useText()
  const [channel, setChannel] = useState<Channel>('sms')
  const [of, setOf] = useState<MessageClass>('marketing')
  const [from, setFrom] = useState<string>()
  const asked = useApi<Week>('/api/contact/week', { org, channel, class: of, from })
  const choices = (all: readonly { value: string; label: { zh: string; en: string } }[]) =>
    all.map(({ value, label }) => ({ value, label: t(label) }))
  return (
    <Panel
      title={t('一周何时可发', 'When it may go in a week')}
      extra={
        <span className="zx-contact-acts">
          <Select
            aria-label={t('渠道', 'Channel')}
            value={channel}
            onChange={setChannel}
            options={choices(channelChoices)}
            popupMatchSelectWidth={false}
          />
          <Select
            aria-label={t('消息类别', 'Class')}
            value={of}
            onChange={setOf}
            options={choices(classChoices)}
            popupMatchSelectWidth={false}
          />
          <DatePicker
            aria-label={t('起始日', 'First day')}
            placeholder={t('从今天起', 'From today')}
            value={from ? dayjs(from) : null}
            onChange={(day) => setFrom(day ? day.format('YYYY-MM-DD') : undefined)}
          />
        </span>
      }
    >
      <Answer of={asked}>{(week) => <Strips week={week} />}</Answer>
      <Tester org={org} channel={channel} of={of} />
      {dirty ? (
        <p className="zx-quiet zx-contact-note">
          {t('图中为已发布的规则。', 'Shown as published, without your changes.')}
        </p>
      ) : null}
    </Panel>
  )
}

const minute = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

function Strips({ week }: { week: Week }) {
  const t = useText()
  return (
    <div className="zx-contact-week">
      <div className="zx-contact-hours" aria-hidden>
        {[0, 4, 8, 12, 16, 20, 24].map((hour) => (
          <span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>
            {hour}
          </span>
        ))}
      </div>
      {week.days.map(({ day, work, holiday, spans }) => (
        <div key={day} className="zx-contact-day">
          <span className="zx-contact-name">
            {t(weekdays[(dayjs(day).day() + 6) % 7] ?? { zh: '', en: '' })} <small>{day.slice(5)}</small>
            {holiday ? (
              <em>{work ? t(`${holiday}调休`, 'worked') : holiday}</em>
            ) : work ? null : (
              <em>{t('休', 'off')}</em>
            )}
          </span>
          <div
            className="zx-contact-strip"
            role="img"
            aria-label={spans.map(({ from, until, rule }) => `${from}–${until} ${rule ?? t('可发', 'open')}`).join(';')}
          >
            {spans.map(({ from, until, rule }) => (
              <Tooltip key={from} title={`${from} – ${until} ${rule ?? t('可发', 'open')}`}>
                <span
                  data-open={rule === null}
                  style={{ width: `${((minute(until) - minute(from)) / 1440) * 100}%` }}
                />
              </Tooltip>
            ))}
          </div>
        </div>
      ))}
      <p className="zx-quiet zx-contact-legend">
        <i data-open /> {t('可发', 'open')} <i /> {t('勿扰', 'quiet')} · {t(`时区 ${week.zone}`, `zone ${week.zone}`)}
      </p>
    </div>
  )
}

function Tester({ org, channel, of }: { org: string; channel: Channel; of: MessageClass }) {
  const t = useText()
  const { time } = useFormats()
  const [at, setAt] = useState<string>()
  const asked = useApi<When>('/api/contact/when', { org, channel, class: of, at }, { enabled: at !== undefined })
  const when = at === undefined ? undefined : asked.data
  return (
    <div className="zx-contact-tester">
      <span>{t('试一下:如果在', 'Try: a message planned for')}</span>
      <DatePicker
        aria-label={t('计划时间', 'Planned for')}
        showTime={{ format: 'HH:mm' }}
        format="YYYY-MM-DD HH:mm"
        value={at ? dayjs(at) : null}
        onChange={(next) => setAt(next ? next.toISOString() : undefined)}
      />
      <output aria-live="polite">
        {when === undefined
          ? t('发送,会怎样?', '— what happens?')
          : when.why === null
            ? t('发送:可以立即发出', 'goes at once')
            : t(
                `发送:${when.why.text.zh},最早 ${time(when.at)}${when.spread > 0 ? `,在其后 ${when.spread} 分钟内错峰发出` : ''}`,
                `${when.why.text.en}: at ${time(when.at)} at the earliest${when.spread > 0 ? `, spread over ${when.spread} minutes` : ''}`,
              )}
      </output>
    </div>
  )
}
