import { Alert, Button, Tabs, Tag } from 'antd'
import { useParams, useSearchParams } from 'react-router'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { CodeSetDetail } from '../contract.ts'
import { DiffView } from './codeDiff.tsx'
import { useDraftActs } from './codeDraft.tsx'
import { ValuesPanel } from './codeValues.tsx'
import { VersionsPanel } from './codeVersions.tsx'
import './system.css'

export function CodeSetPage() {
  const { set = '' } = useParams()
  const asked = useApi<CodeSetDetail>(`/api/system/codes/${set}`)
  return <Answer of={asked}>{(detail) => <SetSheet detail={detail} />}</Answer>
}

function SetSheet({ detail }: { detail: CodeSetDetail }) {
  const t = useText()
  const [params, setParams] = useSearchParams()
  const version = detail.version === null ? t('未发布', 'Not published') : `v${detail.version}`
  return (
    <>
      <PageHead
        title={t(detail.name)}
        back="/govern/codes"
        hint={t(detail.description)}
        tags={
          <>
            <code>{detail.set}</code>
            <Tag>{version}</Tag>
            {detail.builtIn ? <Tag color="processing">{t('内置', 'Built in')}</Tag> : null}
          </>
        }
      />
      {detail.draft ? <DraftBar detail={detail} draft={detail.draft} /> : null}
      <Tabs
        activeKey={params.get('tab') ?? 'values'}
        onChange={(tab) => setParams(tab === 'values' ? {} : { tab }, { replace: true })}
        destroyOnHidden
        items={[
          {
            key: 'values',
            label: detail.draft ? t('草稿中的值', 'Values of the draft') : t('当前值', 'Values now'),
            children: <ValuesPanel detail={detail} />,
          },
          ...(detail.draft
            ? [
                {
                  key: 'changes',
                  label: t('草稿与已发布的差异', 'What the draft changes'),
                  children: <DiffView diff={detail.draft.diff} />,
                },
              ]
            : []),
          { key: 'versions', label: t('版本', 'Versions'), children: <VersionsPanel set={detail.set} /> },
        ]}
      />
    </>
  )
}

/** Above everything while there is a draft: what it holds, and the two ways out of it. */
function DraftBar({ detail, draft }: { detail: CodeSetDetail; draft: NonNullable<CodeSetDetail['draft']> }) {
  const t = useText()
  const { publish, discard } = useDraftActs(detail)
  const { added, removed, changed } = draft.diff
  const nothing = added.length + removed.length + changed.length === 0
  return (
    <Alert
      type="warning"
      showIcon
      className="zx-note"
      title={t(
        `未发布的草稿:新增 ${added.length},修改 ${changed.length},删除 ${removed.length}`,
        `Unpublished draft: ${added.length} added, ${changed.length} changed, ${removed.length} removed`,
      )}
      description={t(`${draft.changedBy} 最后修改`, `Last changed by ${draft.changedBy}`)}
      action={
        <div className="zx-codes-bar">
          <Can needs="system.code.edit">
            <Button onClick={discard}>{t('放弃草稿', 'Drop the draft')}</Button>
          </Can>
          <Can needs="system.code.publish">
            <Button type="primary" disabled={nothing} onClick={publish}>
              {t('发布', 'Publish')}
            </Button>
          </Can>
        </div>
      }
    />
  )
}
