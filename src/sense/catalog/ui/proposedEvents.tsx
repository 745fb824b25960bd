import { Button, Checkbox, Tag } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useAct } from '../../../console/kit/confirmAct.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { Can } from '../../../console/kit/session.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, type useApi } from '../../../console/kit/useApi.ts'
import type { Decided, EventPage, PlannedEvent } from '../contract.ts'
import { eventHref } from './eventForm.ts'

/** What was discovered and waits, to be accepted or ignored many at once. */
export function ProposedEvents({ asked }: { asked: ReturnType<typeof useApi<EventPage>> }) {
  return (
    <div className="zx-panel zx-panel-flush">
      <Answer of={asked}>{({ items, counts }) => <Waiting items={items} all={counts.proposed} />}</Answer>
    </div>
  )
}

function Waiting({ items, all }: { items: PlannedEvent[]; all: number }) {
  const t = useText()
  const { number, ago, time } = useFormats()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const picked = items.filter(({ name }) => chosen.has(name)).map(({ name }) => name)
  const pick = (name: string, on: boolean) =>
    setChosen((before) => new Set(on ? [...before, name] : [...before].filter((one) => one !== name)))
  const columns: Column<PlannedEvent>[] = [
    {
      key: 'pick',
      title: text('选择', 'Pick'),
      width: 60,
      show: ({ name }) => (
        <Checkbox
          aria-label={t(`选择 ${name}`, `Pick ${name}`)}
          checked={chosen.has(name)}
          onChange={({ target }) => pick(name, target.checked)}
        />
      ),
    },
    {
      key: 'name',
      title: text('事件名', 'Event'),
      show: ({ name }) => (
        <Link className="zx-row-link" to={eventHref(name)}>
          <code>{name}</code>
        </Link>
      ),
    },
    {
      key: 'proposed',
      title: text('发现的属性', 'Properties found'),
      show: ({ proposed, personal }) => (
        <>
          {proposed} {personal ? <Tag color="processing">{t('疑似个人信息', 'Looks personal')}</Tag> : null}
        </>
      ),
    },
    { key: 'count', title: text('累计(约)', 'Count, about'), align: 'right', show: ({ count }) => number(count) },
    { key: 'firstSeen', title: text('首次上报', 'First seen'), show: ({ firstSeen }) => time(firstSeen) },
    { key: 'lastSeen', title: text('最近上报', 'Last seen'), show: ({ lastSeen }) => ago(lastSeen) },
  ]
  const whole = items.length > 0 && picked.length === items.length
  return (
    <>
      {items.length > 0 ? (
        <div className="zx-cat-bar">
          <Checkbox
            checked={whole}
            indeterminate={picked.length > 0 && !whole}
            onChange={({ target }) => setChosen(new Set(target.checked ? items.map(({ name }) => name) : []))}
          >
            {t(`全选(${items.length})`, `All ${items.length}`)}
          </Checkbox>
          <span className="zx-quiet">
            {all > items.length
              ? t(
                  `共 ${number(all)} 个,先显示最近的 ${items.length} 个`,
                  `The latest ${items.length} of ${number(all)}`,
                )
              : t('接受事件时,发现的属性一并接受', 'Their properties are accepted with them')}
          </span>
          <Can needs="catalog.plan.edit">
            <DecideButtons names={picked} done={() => setChosen(new Set())} />
          </Can>
        </div>
      ) : null}
      <TableView
        label={t('待确认的事件', 'Proposed events')}
        columns={columns}
        rows={items}
        rowKey={({ name }) => name}
        empty={
          <Empty
            title={t('没有待确认的事件', 'Nothing waits')}
            hint={t('上报了方案之外的事件时,会出现在这里', 'Events outside the plan appear here when they arrive')}
          />
        }
      />
    </>
  )
}

function DecideButtons({ names, done }: { names: string[]; done: () => void }) {
  const t = useText()
  const act = useAct()
  const decide = async (as: 'active' | 'ignored', said: string) => {
    const run = async () => {
      await api.post<Decided>('/api/catalog/events/decide', { names, as })
      await refresh('/api/catalog/events')
    }
    if (await act(run, said)) done()
  }
  return (
    <div className="zx-head-acts">
      <Button disabled={names.length === 0} onClick={() => void decide('ignored', t('已忽略', 'Ignored'))}>
        {t('忽略', 'Ignore')}
      </Button>
      <Button
        type="primary"
        disabled={names.length === 0}
        onClick={() => void decide('active', t(`已接受 ${names.length} 个事件`, `${names.length} events accepted`))}
      >
        {names.length > 0 ? t(`接受 ${names.length} 个`, `Accept ${names.length}`) : t('接受', 'Accept')}
      </Button>
    </div>
  )
}
