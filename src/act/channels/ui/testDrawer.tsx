import { Alert, Button, Drawer, Input, Select } from 'antd'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import { api, isProblem } from '../../../console/kit/api.ts'
import { useFormats } from '../../../console/kit/format.ts'
import { type Text, text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { AccountDetail, Channel, Preview, Seed, TestResult } from '../contract.ts'

type Asked = { name: string; label: Text; area?: boolean; json?: boolean; initial: Text }

const said = text('这是一条测试消息', 'This is a test message')
const fields: Partial<Record<Channel, readonly Asked[]>> = {
  sms: [{ name: 'text', label: text('短信内容', 'Message'), area: true, initial: said }],
  email: [
    { name: 'subject', label: text('主题', 'Subject'), initial: said },
    {
      name: 'body',
      label: text('正文(MJML 或 HTML)', 'Body (MJML or HTML)'),
      area: true,
      initial: text(
        '<mjml><mj-body><mj-section><mj-column><mj-text>这是一条测试消息</mj-text></mj-column></mj-section></mj-body></mjml>',
        '<mjml><mj-body><mj-section><mj-column><mj-text>This is a test message</mj-text></mj-column></mj-section></mj-body></mjml>',
      ),
    },
  ],
  push: [
    { name: 'title', label: text('标题', 'Title'), initial: text('测试', 'Test') },
    { name: 'body', label: text('内容', 'Body'), area: true, initial: said },
  ],
  wechat: [
    { name: 'templateId', label: text('模板 ID', 'Template'), initial: text('', '') },
    {
      name: 'data',
      label: text('模板数据(JSON)', 'Data (JSON)'),
      area: true,
      json: true,
      initial: text('{"first":"测试"}', '{"first":"Test"}'),
    },
  ],
  wecom: [{ name: 'text', label: text('内容', 'Words'), area: true, initial: said }],
  call: [
    { name: 'script', label: text('话术编号或内容', 'Script'), initial: said },
    { name: 'params', label: text('变量(JSON)', 'Values (JSON)'), area: true, json: true, initial: text('{}', '{}') },
  ],
  webhook: [
    {
      name: 'json',
      label: text('内容(JSON)', 'Body (JSON)'),
      area: true,
      json: true,
      initial: text('{"test":true}', '{"test":true}'),
    },
  ],
}

function valuesOf(asked: readonly Asked[], typed: Record<string, string>): Record<string, unknown> | undefined {
  try {
    return Object.fromEntries(asked.map(({ name, json }) => [name, json ? JSON.parse(typed[name] ?? '') : typed[name]]))
  } catch {
    return undefined
  }
}

export function TestDrawer({ open, close, account }: { open: boolean; close: () => void; account: AccountDetail }) {
  const t = useText()
  return (
    <Drawer
      open={open}
      size={560}
      onClose={close}
      destroyOnHidden
      title={t(`测试发送 · ${account.name}`, `A test · ${account.name}`)}
    >
      <Test account={account} />
    </Drawer>
  )
}

function Test({ account }: { account: AccountDetail }) {
  const t = useText()
  const asked = fields[account.channel] ?? []
  const seeds = useApi<{ items: Seed[] }>('/api/channels/seeds', { channel: account.channel, limit: 200 })
  const [seed, setSeed] = useState<string>()
  const [typed, setTyped] = useState<Record<string, string>>(() =>
    Object.fromEntries(asked.map(({ name, initial }) => [name, t(initial)])),
  )
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<TestResult | Error>()
  const values = valuesOf(asked, typed)
  const preview = usePreview(account.id, values)
  const send = async () => {
    setBusy(true)
    setResult(undefined)
    try {
      setResult(await api.post<TestResult>(`/api/channels/accounts/${account.id}/test`, { seed, fields: values }))
      await refresh('/api/channels/accounts')
    } catch (error) {
      setResult(error instanceof Error ? error : new Error(String(error)))
    }
    setBusy(false)
  }
  return (
    <div className="zx-ch-test">
      <label htmlFor="zx-ch-seed">{t('发给', 'To')}</label>
      <Select
        id="zx-ch-seed"
        value={seed}
        onChange={setSeed}
        placeholder={t('选择种子地址', 'An address of the seed list')}
        notFoundContent={
          <Link to="/act/seeds">{t('该渠道还没有种子地址,去添加', 'No addresses of this channel: add one')}</Link>
        }
        options={(seeds.data?.items ?? []).map(({ id, name, masked }) => ({ value: id, label: `${name} · ${masked}` }))}
      />
      {asked.map(({ name, label, area }) => {
        const set = (value: string) => setTyped((before) => ({ ...before, [name]: value }))
        const id = `zx-ch-test-${name}`
        return (
          <div key={name} className="zx-ch-test">
            <label htmlFor={id}>{t(label)}</label>
            {area ? (
              <Input.TextArea id={id} rows={4} value={typed[name]} onChange={({ target }) => set(target.value)} />
            ) : (
              <Input id={id} value={typed[name]} onChange={({ target }) => set(target.value)} />
            )}
          </div>
        )
      })}
      {values === undefined ? <Alert type="warning" title={t('JSON 格式不正确', 'The JSON cannot be read')} /> : null}
      <Seen preview={preview} />
      <Button type="primary" loading={busy} disabled={!seed || values === undefined} onClick={() => void send()}>
        {t('发送测试', 'Send the test')}
      </Button>
      <div aria-live="polite">
        <Result result={result} />
      </div>
    </div>
  )
}

/** Asks as one types, after a breath. */
function usePreview(id: string, values: Record<string, unknown> | undefined): Preview | undefined {
  const [preview, setPreview] = useState<Preview>()
  const asked = values === undefined ? undefined : JSON.stringify(values)
  useEffect(() => {
    if (asked === undefined) return
    let stale = false
    const timer = setTimeout(() => {
      api
        .post<Preview>(`/api/channels/accounts/${id}/preview`, { fields: JSON.parse(asked) })
        .then((next) => !stale && setPreview(next))
        .catch(() => !stale && setPreview(undefined))
    }, 300)
    return () => {
      stale = true
      clearTimeout(timer)
    }
  }, [id, asked])
  return preview
}

function Seen({ preview }: { preview: Preview | undefined }) {
  const t = useText()
  const { money } = useFormats()
  if (!preview) return null
  return (
    <section className="zx-ch-preview" aria-label={t('预览', 'Preview')}>
      <dl>
        {preview.shown
          .filter(({ value }) => value !== '')
          .map(({ label, value }) => (
            <div key={label.en}>
              <dt>{t(label)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <p className="zx-quiet">
        {t(
          `${preview.units} 计费单位,${money(preview.cost, 'CNY')}`,
          `${preview.units} units, ${money(preview.cost, 'CNY')}`,
        )}
        {preview.notes.map((note) => ` · ${t(note)}`)}
      </p>
    </section>
  )
}

function Result({ result }: { result: TestResult | Error | undefined }) {
  const t = useText()
  const { span } = useFormats()
  if (!result) return null
  if (result instanceof Error)
    return (
      <Alert
        type="error"
        showIcon
        title={result.message}
        description={isProblem(result) ? result.fields.map(({ message }) => message).join(';') : undefined}
      />
    )
  if (!result.ok)
    return (
      <Alert type="error" showIcon title={t('发送失败', 'It failed')} description={`${result.code} ${result.says}`} />
    )
  return (
    <Alert
      type="success"
      showIcon
      title={t(`已提交,用时 ${span(result.ms)}`, `Sent in ${span(result.ms)}`)}
      description={t(
        `编号 ${result.providerId};回执到达后显示在账号日志中`,
        `${result.providerId}; its receipt will stand in the log of the account`,
      )}
    />
  )
}
