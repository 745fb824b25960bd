import { Alert, Button, Input, Tag } from 'antd'
import { useState } from 'react'
import { useParams } from 'react-router'
import { api, isProblem } from '../../../console/kit/api.ts'
import { Detail } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { useCan } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { RejectDetail } from '../contract.ts'
import { rejectColours, rejectStates } from './words.ts'
import './collect.css'

export function RejectPage() {
  const { id = '' } = useParams()
  const asked = useApi<RejectDetail>(`/api/collect/rejects/${id}`)
  return <Answer of={asked}>{(reject) => <Message of={reject} />}</Answer>
}

function Message({ of }: { of: RejectDetail }) {
  const t = useText()
  const { second } = useFormats()
  const can = useCan()
  return (
    <>
      <PageHead
        title={of.event ?? t('异常消息', 'Rejected message')}
        back="/sense/rejects"
        tags={<Tag color={rejectColours[of.state]}>{t(rejectStates[of.state])}</Tag>}
      />
      <Panel>
        <Detail
          items={[
            { label: t('原因', 'Reason'), value: t(of.reason), wide: true },
            { label: t('字段', 'Field'), value: of.field && <code>{of.field}</code> },
            { label: t('代码', 'Code'), value: <code>{of.code}</code> },
            { label: t('到达时间', 'Received'), value: second(of.at) },
            { label: t('数据源', 'Source'), value: <code>{of.source}</code> },
          ]}
        />
      </Panel>
      <Panel title={t('消息', 'Message')}>
        {of.masked ? (
          <Alert
            type="info"
            showIcon
            title={t(
              '个人信息已脱敏。修正消息需要查看明文的权限。',
              'Personal values are masked. To mend the message you need the permission to see them.',
            )}
          />
        ) : null}
        {of.state === 'open' && !of.masked && can('collect.reject.replay') ? (
          <Mend of={of} />
        ) : (
          <pre className="zx-message">{JSON.stringify(of.message, null, 2)}</pre>
        )}
      </Panel>
    </>
  )
}

/** The message to be put right by hand. What was not understood must be written anew as an envelope. */
function Mend({ of }: { of: RejectDetail }) {
  const t = useText()
  const [typed, setTyped] = useState(JSON.stringify(of.message, null, 2))
  const [fault, setFault] = useState<string>()
  const [busy, setBusy] = useState(false)
  const send = async () => {
    setBusy(true)
    setFault(undefined)
    try {
      const envelope: unknown = JSON.parse(typed)
      await api.post('/api/collect/rejects/replay', { ids: [of.id], envelope })
      await refresh('/api/collect')
    } catch (error) {
      if (error instanceof SyntaxError) setFault(t(`不是有效的 JSON:${error.message}`, `Not JSON: ${error.message}`))
      else if (isProblem(error)) setFault(`${error.fields[0]?.field ?? ''} ${error.message}`.trim())
      else throw error
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      {of.understood ? null : (
        <p className="zx-quiet">
          {t(
            '这条消息未能识别。请改写为 {"kind": "event", "name": 事件名, "time": 毫秒时间戳, "ids": [{"kind": 身份类型, "value": 值}], "props": {…}}。',
            'This message was not understood. Write it as {"kind": "event", "name": …, "time": milliseconds, "ids": [{"kind": …, "value": …}], "props": {…}}.',
          )}
        </p>
      )}
      <Input.TextArea
        className="zx-mend"
        aria-label={t('消息', 'Message')}
        aria-invalid={fault !== undefined}
        value={typed}
        rows={16}
        status={fault ? 'error' : ''}
        onChange={(event) => setTyped(event.target.value)}
      />
      {fault ? (
        <p role="alert" className="zx-mend-fault">
          {fault}
        </p>
      ) : null}
      <div className="zx-acts-line">
        <Button type="primary" loading={busy} onClick={() => void send()}>
          {t('修正并重放', 'Mend and replay')}
        </Button>
      </div>
    </>
  )
}
