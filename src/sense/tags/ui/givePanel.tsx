import { UploadOutlined } from '@ant-design/icons'
import { Alert, Button, Select } from 'antd'
import { useRef, useState } from 'react'
import { api, isProblem } from '../../../console/kit/api.ts'
import { useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { Given, TagDetail } from '../contract.ts'

type Kind = { id: string; name: { zh: string; en: string }; enabled: boolean }

/** A list of identities and values, and what became of each line. */
export function GivePanel({ tag }: { tag: TagDetail }) {
  const t = useText()
  const kinds = useApi<{ items: Kind[] }>('/api/identity/kinds', { limit: 200 })
  const [kind, setKind] = useState('customer_no')
  const [busy, setBusy] = useState(false)
  const [given, setGiven] = useState<Given>()
  const [failure, setFailure] = useState<string>()
  const input = useRef<HTMLInputElement>(null)
  const send = async (file: File) => {
    setBusy(true)
    setFailure(undefined)
    setGiven(undefined)
    try {
      setGiven(await api.post<Given>(`/api/tags/${tag.id}/upload`, { kind, sheet: await file.text() }))
      await refresh('/api/tags')
    } catch (error) {
      setFailure(isProblem(error) ? (error.fields[0]?.message ?? error.message) : String(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Can needs="tags.value.write">
        <Panel title={t('上传名单', 'Upload a list')}>
          <p className="zx-quiet">
            {t(
              'CSV(UTF-8),每行:客户标识,值。可以有表头;值留空表示去掉这位客户的值。重复上传以最后一次为准。',
              'CSV (UTF-8), a line: identity, value. A head is allowed; an empty value takes it away. The last upload counts.',
            )}
          </p>
          <div className="zx-tag-line">
            <Select
              aria-label={t('客户标识是', 'Identities are')}
              value={kind}
              onChange={setKind}
              popupMatchSelectWidth={false}
              options={(
                kinds.data?.items ?? [
                  { id: 'customer_no', name: { zh: '客户号', en: 'Customer number' }, enabled: true },
                ]
              )
                .filter(({ enabled }) => enabled)
                .map(({ id, name }) => ({ value: id, label: t(name) }))}
            />
            <input
              ref={input}
              type="file"
              accept=".csv,text/csv"
              hidden
              onChange={(event) => {
                const file = event.target.files?.[0]
                event.target.value = ''
                if (file) void send(file)
              }}
            />
            <Button
              type="primary"
              icon={<UploadOutlined aria-hidden />}
              loading={busy}
              onClick={() => input.current?.click()}
            >
              {t('选择文件', 'Choose a file')}
            </Button>
          </div>
          {failure ? <Alert className="zx-note" type="error" showIcon title={failure} /> : null}
          {given ? <Outcome of={given} /> : null}
        </Panel>
      </Can>
      <Panel title={t('由程序写入', 'By a program')}>
        <pre className="zx-tag-text">{`POST /api/tags/${tag.id}/values
{ "kind": "customer_no",
  "rows": [{ "identity": "C001", "value": ${tag.kind === 'model' ? '0.73' : '"…"'} }]${
    tag.kind === 'model' ? ',\n  "model": { "name": "…", "version": "2026-01" }' : ''
  } }`}</pre>
      </Panel>
    </>
  )
}

function Outcome({ of: { taken, changed, refused } }: { of: Given }) {
  const t = useText()
  const { number } = useFormats()
  return (
    <div aria-live="polite">
      <Alert
        className="zx-note"
        type={refused.length > 0 ? 'warning' : 'success'}
        showIcon
        title={t(
          `收下 ${number(taken)} 行,其中 ${number(changed)} 位客户的值有变化${refused.length > 0 ? `;${number(refused.length)} 行未收下` : ''}`,
          `${number(taken)} lines taken, ${number(changed)} values changed${refused.length > 0 ? `; ${number(refused.length)} refused` : ''}`,
        )}
      />
      {refused.length > 0 ? (
        <ul>
          {refused.slice(0, 20).map((one) => (
            <li key={one.row}>
              {t(`第 ${one.row} 行`, `Line ${one.row}`)}: {t(one)}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}
