import { Alert, Button, Tag as Chip, Tabs } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useAct } from '../../../console/kit/confirmAct.tsx'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { TurnActs } from '../../../console/kit/turnActs.tsx'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { type Reader, type TagDetail, TagEdit } from '../contract.ts'
import { GivePanel } from './givePanel.tsx'
import { HoldersPanel } from './holdersPanel.tsx'
import { Overview, Versions } from './overviewPanel.tsx'
import { RunsPanel } from './runsPanel.tsx'
import { computedParts, givenParts } from './tagForm.ts'
import { kindNames, stateColours, stateNames } from './words.ts'
import './tags.css'

const again = () => refresh('/api/tags')
const isGiven = ({ kind }: TagDetail) => kind === 'import' || kind === 'model'

export function TagPage() {
  const { id = '' } = useParams()
  const [busy, setBusy] = useState(false)
  const asked = useApi<TagDetail>(`/api/tags/${id}`, undefined, busy ? { refetchEvery: 1500 } : {})
  const computing = asked.data?.computing ?? false
  if (computing !== busy) setBusy(computing)
  return <Answer of={asked}>{(tag) => <Sheet key={tag.id} tag={tag} />}</Answer>
}

function Sheet({ tag }: { tag: TagDetail }) {
  const t = useText()
  const [editing, setEditing] = useState(false)
  const { id, name, state, description, folder, owner, cron, follows, keepDays, expiresOn, error, revision } = tag
  return (
    <>
      <PageHead
        title={name}
        back="/sense/tags"
        hint={description || undefined}
        tags={
          <>
            <Chip>{t(kindNames[tag.kind])}</Chip>
            <Chip color={stateColours[state]}>{t(stateNames[state])}</Chip>
            {tag.computing ? <Chip color="processing">{t('计算中', 'Computing')}</Chip> : null}
          </>
        }
      >
        {state === 'retired' ? null : <Acts tag={tag} edit={() => setEditing(true)} />}
      </PageHead>
      {error ? (
        <Alert
          className="zx-note"
          type="error"
          showIcon
          title={t('最近一次计算失败,现有的值不变', 'The last computation failed; the values stay as they were')}
          description={t(error)}
        />
      ) : null}
      {tag.changed && tag.version > 0 ? (
        <Alert
          className="zx-note"
          type="info"
          showIcon
          title={t(
            '草稿与已发布的版本不同,发布后才生效',
            'The draft differs from the published version; it counts once it is published',
          )}
        />
      ) : null}
      <Tabs
        items={[
          { key: 'overview', label: t('概览', 'Overview'), children: <Overview tag={tag} /> },
          ...(isGiven(tag) && tag.version > 0
            ? [{ key: 'give', label: t('写入', 'Give values'), children: <GivePanel tag={tag} /> }]
            : []),
          {
            key: 'holders',
            label: t('客户与取值', 'Customers'),
            children: <HoldersPanel key={tag.computedAt ?? ''} tag={tag} />,
          },
          { key: 'runs', label: t('计算与漂移', 'Computations'), children: <RunsPanel tag={tag} /> },
          { key: 'versions', label: t('版本', 'Versions'), children: <Versions tag={tag} /> },
          { key: 'uses', label: t('引用与血缘', 'Uses and lineage'), children: <Uses tag={tag} /> },
        ]}
      />
      <FormDrawer
        open={editing}
        title={t('编辑标签信息', 'Edit the tag')}
        close={() => setEditing(false)}
        edit
        schema={TagEdit}
        initial={{ name, folder, owner, cron, follows, keepDays, expiresOn, description }}
        parts={isGiven(tag) ? givenParts : computedParts}
        submit={text('保存', 'Save')}
        save={async (values) => {
          await api.patch(`/api/tags/${id}`, { ...values, revision })
          await again()
        }}
        reload={() => void again()}
      />
    </>
  )
}

function Acts({ tag, edit }: { tag: TagDetail; edit: () => void }) {
  const t = useText()
  const act = useAct()
  const navigate = useNavigate()
  const ask = async () => {
    await api.post(`/api/tags/${tag.id}/compute`)
    await again()
  }
  return (
    <>
      <Can needs="tags.tag.publish">
        <Turns tag={tag} />
        {tag.version > 0 && !isGiven(tag) ? (
          <Button disabled={tag.computing} onClick={() => void act(ask, t('已开始计算', 'Being computed'))}>
            {t('计算', 'Compute')}
          </Button>
        ) : null}
      </Can>
      <Can needs="tags.tag.edit">
        <Button onClick={edit}>{t('编辑信息', 'Edit details')}</Button>
        <Button type="primary" onClick={() => void navigate(`/sense/tags/${tag.id}/edit`)}>
          {t('编辑口径', 'Edit the definition')}
        </Button>
      </Can>
    </>
  )
}

function Turns({ tag }: { tag: TagDetail }) {
  const t = useText()
  const { id, name, state, readBy } = tag
  const users = readBy.map((one) => one.name)
  const says =
    users.length > 0
      ? t(
          `正在引用它:${users.join('、')}。请先修改它们,否则不能停用。`,
          `Read by ${users.join(', ')}: change them first, or it cannot be retired.`,
        )
      : t(
          '停用后不再计算、不能引用,也不能恢复;历史保留可查。',
          'It is not computed any more, no rule can read it, and it does not come back. Its history stays.',
        )
  return (
    <TurnActs
      state={state}
      turn={async (to) => {
        await api.post(`/api/tags/${id}/turn`, { to })
        await again()
      }}
      retire={{ title: t(`停用标签“${name}”?`, `Retire the tag ${name}?`), says }}
    />
  )
}

function Uses({ tag }: { tag: TagDetail }) {
  const t = useText()
  return (
    <>
      <Panel
        title={t('引用它的', 'What reads it')}
        extra={<Link to={`/sense/lineage?kind=tag&id=${tag.id}`}>{t('血缘图', 'Lineage')}</Link>}
      >
        <Readers of={tag.readBy} none={t('没有标签或客群引用它', 'No tag and no segment reads it')} />
      </Panel>
      <Panel title={t('它引用的标签', 'Tags it reads')}>
        <Readers of={tag.reads} none={t('没有', 'None')} />
      </Panel>
    </>
  )
}

function Readers({ of, none }: { of: readonly Reader[]; none: string }) {
  const t = useText()
  if (of.length === 0) return <Empty title={none} />
  return (
    <ul>
      {of.map((one) => (
        <li key={`${one.kind} ${one.id}`}>
          <span className="zx-quiet">{t(one.kindName)} </span>
          {one.path ? <Link to={one.path}>{one.name}</Link> : one.name}
        </li>
      ))}
    </ul>
  )
}
