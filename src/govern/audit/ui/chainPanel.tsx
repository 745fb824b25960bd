import { SafetyCertificateOutlined } from '@ant-design/icons'
import { Alert, App, Button, Modal, Spin, Tag } from 'antd'
import { useState } from 'react'
import { api } from '../../../console/kit/api.ts'
import { useFormats } from '../../../console/kit/format.ts'
import { Can } from '../../../console/kit/session.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { AuditFault, ChainStatus, VerifyResult } from '../contract.ts'
import { faultNames } from './words.ts'

/** How the chain of hashes stands, in one line, and the act that checks it. */
export function ChainPanel() {
  const t = useText()
  const { number, ago } = useFormats()
  const { message } = App.useApp()
  const { data } = useApi<ChainStatus>('/api/audit/chain', undefined, { refetchEvery: 15_000 })
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<VerifyResult>()

  async function verify() {
    setBusy(true)
    try {
      setResult(await api.post<VerifyResult>('/api/audit/verify', {}))
      await refresh('/api/audit/chain', '/api/audit/entries')
    } catch (error) {
      message.error(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }

  if (!data) return null
  const last = data.lastVerified
  return (
    <section className="zx-panel zx-chain" aria-label={t('审计链', 'The chain')}>
      <SafetyCertificateOutlined className="zx-chain-icon" aria-hidden />
      <dl>
        <div>
          <dt>{t('已封存', 'Sealed')}</dt>
          <dd>{t(`${number(data.sealed)} 条`, number(data.sealed))}</dd>
        </div>
        <div>
          <dt>{t('待封存', 'To be sealed')}</dt>
          <dd>{t(`${number(data.unsealed)} 条`, number(data.unsealed))}</dd>
        </div>
        <div>
          <dt>{t('链头', 'Head')}</dt>
          <dd>
            <code title={data.head ?? undefined}>{data.head ? `${data.head.slice(0, 12)}…` : '—'}</code>
          </dd>
        </div>
        <div>
          <dt>{t('库外锚点', 'Outside anchor')}</dt>
          <dd>{data.anchor ? t(`第 ${number(data.anchor.seq)} 条`, `at ${number(data.anchor.seq)}`) : '—'}</dd>
        </div>
        <div>
          <dt>{t('上次核验', 'Last check')}</dt>
          <dd>
            {last ? (
              <>
                <Tag color={last.ok ? 'success' : 'error'}>
                  {last.ok ? t('通过', 'Sound') : t('发现问题', 'Faults')}
                </Tag>
                {ago(last.at)} · {last.by}
              </>
            ) : (
              t('尚未核验', 'Never')
            )}
          </dd>
        </div>
      </dl>
      <Can needs="audit.chain.verify">
        <Button loading={busy} onClick={() => void verify()}>
          {t('立即核验', 'Check now')}
        </Button>
      </Can>
      <Modal open={busy} footer={null} closable={false} title={t('正在核验整条审计链', 'Checking the whole chain')}>
        <p className="zx-chain-busy">
          <Spin size="small" />{' '}
          {t(
            `逐条重算 ${number(data.sealed)} 条记录的哈希,请稍候`,
            `Hashing ${number(data.sealed)} entries again, please wait`,
          )}
        </p>
      </Modal>
      <Modal
        open={result !== undefined}
        width={760}
        onCancel={() => setResult(undefined)}
        footer={<Button onClick={() => setResult(undefined)}>{t('关闭', 'Close')}</Button>}
        title={t('核验结果', 'Result of the check')}
      >
        {result ? <Result result={result} /> : null}
      </Modal>
    </section>
  )
}

function Result({ result }: { result: VerifyResult }) {
  const t = useText()
  const { number, span } = useFormats()
  const columns: Column<AuditFault>[] = [
    { key: 'kind', title: text('问题', 'Fault'), show: ({ kind }) => t(faultNames[kind]) },
    { key: 'seq', title: text('链上序号', 'Place'), align: 'right', show: ({ seq }) => seq ?? '—' },
    { key: 'zh', title: text('说明', 'What'), show: (fault) => t(fault) },
  ]
  return (
    <>
      <Alert
        type={result.ok ? 'success' : 'error'}
        showIcon
        className="zx-note"
        title={
          result.ok
            ? t('审计链完整,没有发现改动', 'The chain is sound: nothing was altered')
            : t(`发现 ${result.faults.length} 处问题`, `${result.faults.length} faults found`)
        }
        description={t(
          `核验 ${number(result.checked)} 条,待封存 ${number(result.unsealed)} 条,比对库外锚点 ${number(result.anchors)} 个,用时 ${span(result.seconds * 1000)}`,
          `${number(result.checked)} entries checked, ${number(result.unsealed)} to be sealed, ${number(result.anchors)} outside anchors compared, in ${span(result.seconds * 1000)}`,
        )}
      />
      {result.faults.length > 0 ? (
        <TableView
          small
          label={t('问题', 'Faults')}
          columns={columns}
          rows={result.faults}
          rowKey={(fault) => `${fault.kind}${fault.seq}${fault.entry}`}
        />
      ) : null}
      {result.notes.map((note) => (
        <p key={note.en} className="zx-quiet">
          {t(note)}
        </p>
      ))}
    </>
  )
}
