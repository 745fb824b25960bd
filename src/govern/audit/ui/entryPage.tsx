import { Link, useParams } from 'react-router'
import { Detail, Diff } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { AuditEntryDetail } from '../contract.ts'
import { actionName, targetKind, whoKinds } from './words.ts'
import './audit.css'

export function EntryPage() {
  const { id = '' } = useParams()
  const asked = useApi<AuditEntryDetail>(`/api/audit/entries/${id}`)
  return <Answer of={asked}>{(entry) => <EntrySheet entry={entry} />}</Answer>
}

function EntrySheet({ entry }: { entry: AuditEntryDetail }) {
  const t = useText()
  const { second, number } = useFormats()
  const { who, target } = entry
  return (
    <>
      <PageHead title={t('审计记录', 'Audit entry')} back="/govern/audit" hint={<code>{entry.id}</code>} />
      <Panel>
        <Detail
          items={[
            { label: t('时间', 'Time'), value: second(entry.at) },
            {
              label: t('操作人', 'Who'),
              value: (
                <Link to={`/govern/audit?actor=${encodeURIComponent(who.id)}`}>
                  {who.name || t(whoKinds[who.kind])}({t(whoKinds[who.kind])})
                </Link>
              ),
            },
            {
              label: t('操作', 'Action'),
              value: (
                <>
                  {t(actionName(entry.action))} <code className="zx-quiet">{entry.action}</code>
                </>
              ),
            },
            {
              label: t('对象', 'Object'),
              value: (
                <>
                  <Link to={`/govern/audit?object=${encodeURIComponent(`${target.kind}:${target.id}`)}`}>
                    {target.name ?? target.id}
                  </Link>{' '}
                  <span className="zx-quiet">{t(targetKind(target.kind))}</span>
                </>
              ),
            },
            { label: t('对象编号', 'Id of the object'), value: <code>{target.id}</code> },
            { label: t('来源 IP', 'From'), value: entry.origin?.ip ?? entry.ip },
            { label: t('请求编号', 'Request'), value: entry.origin ? <code>{entry.origin.requestId}</code> : null },
            {
              label: t('链上序号', 'Place in the chain'),
              value: entry.seq === null ? t('待封存', 'being sealed') : number(entry.seq),
            },
            { label: t('浏览器或程序', 'Browser or program'), value: entry.origin?.agent, wide: true },
            {
              label: t('链哈希(SHA-256)', 'Hash of the chain (SHA-256)'),
              value: entry.hash ? <code className="zx-hash">{entry.hash}</code> : null,
              wide: true,
            },
          ]}
        />
      </Panel>
      <Panel title={t('变更内容', 'What changed')}>
        <Diff
          before={entry.before}
          after={entry.after}
          words={{
            field: t('字段', 'Field'),
            before: t('变更前', 'Before'),
            after: t('变更后', 'After'),
            same: t('该操作没有改变数据', 'Nothing was changed by it'),
          }}
        />
      </Panel>
    </>
  )
}
