import { Alert, Button, Tabs, Tag } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useAct } from '../../../console/kit/confirmAct.tsx'
import { Detail } from '../../../console/kit/detail.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { TurnActs } from '../../../console/kit/turnActs.tsx'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { Sentence } from '../../eql/ui/sentence.tsx'
import { type SegmentDetail, SegmentEdit, type Use, type Version } from '../contract.ts'
import { MembersPanel } from './membersPanel.tsx'
import { segmentParts } from './segmentForm.ts'
import { SnapshotsPanel } from './snapshotsPanel.tsx'
import { UpdatesPanel } from './updatesPanel.tsx'
import { modeName, stateColours, stateNames } from './words.ts'
import './segments.css'

const again = () => refresh('/api/segments')

export function SegmentPage() {
  const { id = '' } = useParams()
  const [busy, setBusy] = useState(false)
  const asked = useApi<SegmentDetail>(`/api/segments/${id}`, undefined, busy ? { refetchEvery: 1500 } : {})
  const refreshing = asked.data?.refreshing ?? false
  if (refreshing !== busy) setBusy(refreshing)
  return <Answer of={asked}>{(segment) => <Sheet key={segment.id} segment={segment} />}</Answer>
}

function Sheet({ segment }: { segment: SegmentDetail }) {
  const t = useText()
  const [editing, setEditing] = useState(false)
  const { id, name, state, description, folder, owner, cron, error, revision, changed, version } = segment
  return (
    <>
      <PageHead
        title={name}
        back="/sense/segments"
        hint={description || undefined}
        tags={
          <>
            <Tag color={stateColours[state]}>{t(stateNames[state])}</Tag>
            {segment.refreshing ? <Tag color="processing">{t('刷新中', 'Refreshing')}</Tag> : null}
          </>
        }
      >
        {state === 'retired' ? null : <Acts segment={segment} edit={() => setEditing(true)} />}
      </PageHead>
      {error ? (
        <Alert
          className="zx-note"
          type="error"
          showIcon
          title={t('最近一次刷新失败', 'The last refresh failed')}
          description={t(error)}
        />
      ) : null}
      {changed && version > 0 ? (
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
          { key: 'overview', label: t('概览', 'Overview'), children: <Overview segment={segment} /> },
          {
            key: 'members',
            label: t('成员', 'Members'),
            children: <MembersPanel key={segment.snapshots.at(-1)?.id ?? ''} segment={segment} />,
          },
          { key: 'snapshots', label: t('快照', 'Snapshots'), children: <SnapshotsPanel segment={segment} /> },
          { key: 'updates', label: t('更新', 'Updates'), children: <UpdatesPanel segment={segment} /> },
          { key: 'versions', label: t('版本', 'Versions'), children: <Versions of={segment.versions} /> },
          { key: 'uses', label: t('引用', 'Uses'), children: <Uses segment={segment} /> },
        ]}
      />
      <FormDrawer
        open={editing}
        title={t('编辑客群信息', 'Edit the segment')}
        close={() => setEditing(false)}
        edit
        schema={SegmentEdit}
        initial={{ name, folder, owner, cron, description }}
        parts={segmentParts}
        submit={text('保存', 'Save')}
        save={async (values) => {
          await api.patch(`/api/segments/${id}`, { ...values, revision })
          await again()
        }}
        reload={() => void again()}
      />
    </>
  )
}

function Acts({ segment, edit }: { segment: SegmentDetail; edit: () => void }) {
  const t = useText()
  const act = useAct()
  const navigate = useNavigate()
  const { id, version, refreshing } = segment
  const ask = async () => {
    await api.post(`/api/segments/${id}/refresh`)
    await again()
  }
  return (
    <>
      <Can needs="segments.segment.publish">
        <Turns segment={segment} />
        {version > 0 ? (
          <Button disabled={refreshing} onClick={() => void act(ask, t('已开始刷新', 'Being refreshed'))}>
            {t('刷新', 'Refresh')}
          </Button>
        ) : null}
      </Can>
      <Can needs="segments.segment.edit">
        <Button onClick={edit}>{t('编辑信息', 'Edit details')}</Button>
        <Button type="primary" onClick={() => void navigate(`/sense/segments/${id}/edit`)}>
          {t('编辑规则', 'Edit the rule')}
        </Button>
      </Can>
    </>
  )
}

function Turns({ segment }: { segment: SegmentDetail }) {
  const t = useText()
  const { id, name, state, usedBy } = segment
  const users = usedBy.map((use) => use.name)
  const says =
    users.length > 0
      ? t(
          `正在引用它的客群:${users.join('、')}。请先修改它们的规则,否则不能停用。`,
          `In use by ${users.join(', ')}: change their rules first, or it cannot be retired.`,
        )
      : t(
          '停用后不再刷新、不能引用,也不能恢复;快照保留可查。',
          'It is not refreshed any more, no rule can use it, and it does not come back. Its snapshots stay.',
        )
  return (
    <TurnActs
      state={state}
      turn={async (to) => {
        await api.post(`/api/segments/${id}/turn`, { to })
        await again()
      }}
      retire={{ title: t(`停用客群“${name}”?`, `Retire the segment ${name}?`), says }}
    />
  )
}

function Overview({ segment }: { segment: SegmentDetail }) {
  const t = useText()
  const { number, time } = useFormats()
  const latest = segment.versions[0]
  return (
    <>
      <Panel>
        <Detail
          items={[
            { label: t('客户数', 'Customers'), value: segment.size === null ? blank : number(segment.size) },
            { label: t('最近刷新', 'Refreshed'), value: time(segment.refreshedAt) },
            { label: t('更新方式', 'Kept up'), value: t(modeName(segment)) },
            { label: t('下次刷新', 'Next'), value: time(segment.nextAt) },
            { label: t('当前版本', 'Version'), value: segment.version > 0 ? `v${segment.version}` : blank },
            { label: t('机构', 'Organisation'), value: segment.org.name },
            { label: t('分组', 'Folder'), value: segment.folder },
            { label: t('负责人', 'Owner'), value: segment.owner },
          ]}
        />
      </Panel>
      <Panel title={t('规则', 'Rule')}>
        {latest ? (
          <>
            <Sentence lines={latest.sentence} />
            <pre className="zx-segment-rule">{latest.text}</pre>
          </>
        ) : (
          <Empty
            title={t('还没有发布', 'Not published yet')}
            hint={t('编写规则并发布后开始刷新。', 'Write the rule and publish it.')}
          />
        )}
      </Panel>
    </>
  )
}

function Versions({ of }: { of: readonly Version[] }) {
  const t = useText()
  const { time } = useFormats()
  if (of.length === 0) return <Empty title={t('还没有发布', 'Not published yet')} />
  return (
    <>
      {of.map((version) => (
        <Panel
          key={version.version}
          title={`v${version.version}`}
          extra={
            <span className="zx-quiet">
              {version.publishedBy} · {time(version.publishedAt)}
            </span>
          }
        >
          <Sentence lines={version.sentence} />
          <pre className="zx-segment-rule">{version.text}</pre>
        </Panel>
      ))}
    </>
  )
}

function Uses({ segment }: { segment: SegmentDetail }) {
  const t = useText()
  return (
    <>
      <Panel title={t('它引用的客群', 'What it uses')}>
        <UseList of={segment.uses} />
      </Panel>
      <Panel title={t('引用它的客群', 'What uses it')}>
        <UseList of={segment.usedBy} />
      </Panel>
    </>
  )
}

function UseList({ of }: { of: readonly Use[] }) {
  const t = useText()
  if (of.length === 0) return <p className="zx-quiet">{t('没有', 'Nothing')}</p>
  return (
    <ul>
      {of.map((use) => (
        <li key={`${use.id} ${use.version}`}>
          <Link to={`/sense/segments/${use.id}`}>{use.name}</Link>{' '}
          <span className="zx-quiet">
            {use.version === null
              ? t('跟随最新版本', 'follows the latest version')
              : t(`固定在 v${use.version}`, `holds on to v${use.version}`)}
          </span>
        </li>
      ))}
    </ul>
  )
}
