import { Button, DatePicker, Input, InputNumber, Select, Switch } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { type Text, text, useText } from '../../../console/kit/text.ts'
import type { Day } from '../../../platform/time/day.ts'
import { type BankDay, type ClassRule, classes, classNames, type MessageClass, type Tuning } from '../contract.ts'
import type { Draft } from './draft.ts'

const flags: readonly { key: 'caps' | 'counts' | 'quiet' | 'control'; name: Text; says: Text }[] = [
  {
    key: 'caps',
    name: text('受频控限制', 'Obeys caps'),
    says: text('名额用完时延期或放弃', 'Waits or is dropped when used up'),
  },
  { key: 'counts', name: text('计入次数', 'Counts'), says: text('会用掉频控名额', 'Uses caps up') },
  { key: 'quiet', name: text('遵守勿扰', 'Obeys quiet hours'), says: text('勿扰时段内不发', 'Not in quiet hours') },
  {
    key: 'control',
    name: text('对照组不发', 'Kept from control'),
    says: text('不发给全局对照组', 'Not to the control group'),
  },
]

const consents: Record<ClassRule['consent'], Text> = {
  none: text('无需同意', 'None needed'),
  'not-withdrawn': text('未撤回即可', 'Unless withdrawn'),
  granted: text('须明确同意', 'Must be granted'),
}

const abouts: Record<MessageClass, Text> = {
  regulatory: text('监管要求必达的通知', 'Notices that the regulator demands'),
  transactional: text('动账、验证码、办理结果', 'Balances, codes, results'),
  service: text('到期提醒、服务变更', 'Maturities, changes of service'),
  marketing: text('产品推荐、活动、权益', 'Offers, campaigns, benefits'),
}

type Line = ClassRule & { of: MessageClass }

export function ClassesPanel({ draft }: { draft: Draft }) {
  const t = useText()
  const { doc, may } = draft
  const edit = (of: MessageClass, change: Partial<ClassRule>) =>
    draft.change({ classes: { ...doc.classes, [of]: { ...doc.classes[of], ...change } } })
  const columns: Column<Line>[] = [
    {
      key: 'of',
      title: text('类别', 'Class'),
      width: 230,
      show: ({ of }) => (
        <>
          <strong>{t(classNames[of])}</strong>
          <br />
          <small className="zx-quiet">{t(abouts[of])}</small>
        </>
      ),
    },
    ...flags.map(
      ({ key, name, says }): Column<Line> => ({
        key,
        title: name,
        width: 130,
        show: (line) => (
          <Switch
            aria-label={`${t(classNames[line.of])} ${t(name)}: ${t(says)}`}
            checked={line[key]}
            disabled={!may}
            onChange={(on) => edit(line.of, { [key]: on })}
          />
        ),
      }),
    ),
    {
      key: 'consent',
      title: text('用途同意', 'Consent'),
      width: 160,
      show: (line) => (
        <Select
          aria-label={`${t(classNames[line.of])} ${t('用途同意', 'Consent')}`}
          value={line.consent}
          disabled={!may}
          onChange={(consent) => edit(line.of, { consent })}
          options={Object.entries(consents).map(([value, label]) => ({ value, label: t(label) }))}
          style={{ width: '100%' }}
        />
      ),
    },
  ]
  return (
    <>
      <Panel title={t('每类消息遵守什么', 'What each class obeys')}>
        <TableView<Line>
          label={t('消息类别', 'Classes')}
          columns={columns}
          rows={classes.map((of) => ({ of, ...doc.classes[of] }))}
          rowKey={({ of }) => of}
        />
        <p className="zx-quiet zx-contact-note">
          {t(
            '退订、黑名单与失效地址对所列类别始终生效,不设开关;营销类退订不影响监管类与交易类。',
            'Opt-outs, blacklists and dead addresses always hold for the classes they name; an opt-out of marketing stops no notice that must arrive.',
          )}
        </p>
      </Panel>
      <TuningPanel draft={draft} />
      <DaysPanel draft={draft} />
    </>
  )
}

const tunings: readonly { key: keyof Tuning; name: Text; unit: Text; says: Text; most: number }[] = [
  {
    key: 'jitterMinutes',
    name: text('错峰时长', 'Spread'),
    unit: text('分钟', 'min'),
    most: 240,
    says: text('勿扰结束后在多长时间内陆续发出', 'What waited goes over so long after quiet hours'),
  },
  {
    key: 'holdHours',
    name: text('名额预留', 'Slots held for'),
    unit: text('小时', 'h'),
    most: 168,
    says: text('更高优先级的待发消息最多提前多久占住名额', 'How long before its time a planned message holds a slot'),
  },
  {
    key: 'boostPerDay',
    name: text('等待加分', 'Waiting adds'),
    unit: text('分/天', 'a day'),
    most: 100,
    says: text('等待中的消息每天提高的优先级(满分 100)', 'What a day of waiting adds to a priority of 0 to 100'),
  },
  {
    key: 'boostMost',
    name: text('加分上限', 'At most'),
    unit: text('分', 'points'),
    most: 100,
    says: text('等待最多能加多少分', 'What waiting can add at most'),
  },
  {
    key: 'yieldHours',
    name: text('最长让位', 'Yields for'),
    unit: text('小时', 'h'),
    most: 720,
    says: text('等待超过此时长后不再让位,避免一直发不出', 'Who waited longer yields no more'),
  },
  {
    key: 'reserveMinutes',
    name: text('占用时限', 'Reservation'),
    unit: text('分钟', 'min'),
    most: 1440,
    says: text('占用名额后多久未确认即自动退回', 'Unconfirmed, a slot is given back after so long'),
  },
]

function TuningPanel({ draft }: { draft: Draft }) {
  const t = useText()
  const { doc, may } = draft
  return (
    <Panel title={t('延期与优先级', 'Waiting and priority')}>
      <div className="zx-contact-tuning">
        {tunings.map(({ key, name, unit, says, most }) => (
          <label key={key} htmlFor={`tuning-${key}`}>
            <span>{t(name)}</span>
            <InputNumber
              id={`tuning-${key}`}
              min={key === 'reserveMinutes' ? 1 : 0}
              max={most}
              precision={0}
              value={doc.tuning[key]}
              disabled={!may}
              suffix={t(unit)}
              onChange={(value) => value !== null && draft.change({ tuning: { ...doc.tuning, [key]: value } })}
            />
            <small className="zx-quiet">{t(says)}</small>
          </label>
        ))}
      </div>
    </Panel>
  )
}

function DaysPanel({ draft }: { draft: Draft }) {
  const t = useText()
  const { doc, may } = draft
  const [day, setDay] = useState<string>()
  const [name, setName] = useState('')
  const [work, setWork] = useState(false)
  const add = () => {
    if (!day || name.trim() === '') return
    const made: BankDay = { day: day as Day, work, name: name.trim() }
    const days = [...doc.days.filter((one) => one.day !== day), made].sort((a, b) => (a.day < b.day ? -1 : 1))
    draft.change({ days })
    setDay(undefined)
    setName('')
  }
  return (
    <Panel title={t('本行日历', 'The bank’s own days')}>
      <p className="zx-quiet">
        {t(
          '在法定节假日与调休之外,或在安排公布之前,补充放假或上班的日子。',
          'Days off or worked beside the official ones, or before those are announced.',
        )}
      </p>
      <TableView<BankDay>
        label={t('本行日历', 'The bank’s own days')}
        columns={dayColumns}
        rows={doc.days}
        rowKey={(one) => one.day}
        acts={(one) =>
          may
            ? [
                {
                  key: 'remove',
                  label: t('删除', 'Remove'),
                  danger: true,
                  run: () => draft.change({ days: doc.days.filter((kept) => kept.day !== one.day) }),
                },
              ]
            : []
        }
        empty={<span className="zx-quiet">{t('没有补充的日子', 'None')}</span>}
      />
      {may ? (
        <div className="zx-contact-acts zx-contact-note">
          <DatePicker
            aria-label={t('日期', 'Day')}
            value={day ? dayjs(day) : null}
            onChange={(next) => setDay(next ? next.format('YYYY-MM-DD') : undefined)}
          />
          <Input
            aria-label={t('名称', 'Name')}
            placeholder={t('名称,如:行庆', 'Name')}
            value={name}
            maxLength={40}
            onChange={({ target }) => setName(target.value)}
            style={{ width: 160 }}
          />
          <Select
            aria-label={t('放假或上班', 'Off or worked')}
            value={work ? 'work' : 'off'}
            onChange={(next) => setWork(next === 'work')}
            options={[
              { value: 'off', label: t('放假', 'Off') },
              { value: 'work', label: t('上班', 'Worked') },
            ]}
          />
          <Button onClick={add} disabled={!day || name.trim() === ''}>
            {t('添加', 'Add')}
          </Button>
        </div>
      ) : null}
    </Panel>
  )
}

const dayColumns: Column<BankDay>[] = [
  { key: 'day', title: text('日期', 'Day'), width: 140, show: ({ day }) => day },
  { key: 'name', title: text('名称', 'Name'), show: ({ name }) => name },
  { key: 'work', title: text('安排', 'Is'), width: 100, show: ({ work }) => <WorkName work={work} /> },
]

function WorkName({ work }: { work: boolean }) {
  const t = useText()
  return work ? t('上班', 'Worked') : t('放假', 'Off')
}
