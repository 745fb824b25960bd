import { Button, Input, Tag } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { useText } from '../../../console/kit/text.ts'
import type { CustomerAttribute, CustomerDetail, Revealed } from '../contract.ts'
import { declaredText, labelOf } from './words.ts'

const shownAtFirst = 12

/** What is known: personal data first, then what the catalogue names, then the rest; each with its source and time. */
export function AttributesPanel({ customer, revealed }: { customer: CustomerDetail; revealed: Revealed['values'] }) {
  const t = useText()
  const [words, setWords] = useState('')
  const wanted = words.trim().toLowerCase()
  const found = customer.attributes.filter((one) => `${one.name} ${labelOf(t, one)}`.toLowerCase().includes(wanted))
  const groups = [
    { title: t('个人信息', 'Personal data'), all: found.filter((one) => one.personal) },
    { title: t('业务属性', 'Attributes'), all: found.filter((one) => !one.personal && one.label) },
    { title: t('未登记的属性', 'Not in the catalogue'), all: found.filter((one) => !one.personal && !one.label) },
  ].filter(({ all }) => all.length > 0)
  return (
    <Panel title={t('属性', 'Attributes')} extra={<span className="zx-quiet">{customer.attributes.length}</span>}>
      {customer.attributes.length > shownAtFirst ? (
        <Input
          className="zx-customer-words"
          allowClear
          aria-label={t('筛选属性', 'Filter attributes')}
          placeholder={t('筛选属性', 'Filter attributes')}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      ) : null}
      {customer.attributes.length === 0 ? <p className="zx-quiet">{t('暂无属性', 'Nothing known yet')}</p> : null}
      {customer.attributes.length > 0 && found.length === 0 ? (
        <p className="zx-quiet">{t('没有符合的属性', 'None matches')}</p>
      ) : null}
      {groups.map((group) => (
        <Group key={group.title} title={group.title} all={group.all} revealed={revealed} whole={wanted !== ''} />
      ))}
    </Panel>
  )
}

type GroupProps = { title: string; all: CustomerAttribute[]; revealed: Revealed['values']; whole: boolean }

function Group({ title, all, revealed, whole }: GroupProps) {
  const t = useText()
  const { time, money } = useFormats()
  const [more, setMore] = useState(false)
  const shown = whole || more ? all : all.slice(0, shownAtFirst)
  return (
    <section className="zx-customer-group">
      <h3>{title}</h3>
      <dl className="zx-facts">
        {shown.map((one) => (
          <div key={one.name}>
            <dt title={one.name}>{labelOf(t, one)}</dt>
            <dd>
              {Object.hasOwn(revealed, one.name) ? (
                <>
                  <strong>{revealed[one.name]}</strong> <Tag color="warning">{t('明文', 'In clear')}</Tag>
                </>
              ) : (
                declaredText(one, money)
              )}
              <small className="zx-quiet">
                {one.source.name} · {time(one.at)}
              </small>
            </dd>
          </div>
        ))}
      </dl>
      {shown.length < all.length ? (
        <Button type="link" size="small" onClick={() => setMore(true)}>
          {t(`显示全部 ${all.length} 项`, `Show all ${all.length}`)}
        </Button>
      ) : null}
    </section>
  )
}
