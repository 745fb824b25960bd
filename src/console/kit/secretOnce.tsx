import { CheckOutlined, CopyOutlined } from '@ant-design/icons'
import { Alert, Button, Checkbox, Modal } from 'antd'
import { type ReactNode, useState } from 'react'
import { useText } from './text.ts'
import './secret.css'

/** Puts text on the clipboard, also where the page is not served over https; false when the browser refuses. */
export async function copyText(value: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value)
    return true
  } catch {
    const box = document.createElement('textarea')
    box.value = value
    document.body.append(box)
    box.select()
    const done = document.execCommand('copy')
    box.remove()
    return done
  }
}

export function CopyButton({ value, label }: { value: string; label?: string }) {
  const t = useText()
  const [copied, setCopied] = useState(false)
  return (
    <Button
      icon={copied ? <CheckOutlined aria-hidden /> : <CopyOutlined aria-hidden />}
      onClick={async () => {
        setCopied(await copyText(value))
        setTimeout(() => setCopied(false), 2000)
      }}
    >
      <span aria-live="polite">{copied ? t('已复制', 'Copied') : (label ?? t('复制', 'Copy'))}</span>
    </Button>
  )
}

type SecretProps = { title: string; says: ReactNode; secret: string | readonly string[] | undefined; close: () => void }

/** What the server tells only once. It stays until the person says that it is kept; Esc and a stray click do not close it. */
export function SecretOnce({ title, says, secret, close }: SecretProps) {
  const t = useText()
  const [kept, setKept] = useState(false)
  const lines = secret === undefined ? [] : typeof secret === 'string' ? [secret] : secret
  const shut = () => {
    setKept(false)
    close()
  }
  return (
    <Modal
      open={secret !== undefined}
      title={title}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      onCancel={shut}
      footer={
        <Button type="primary" disabled={!kept} onClick={shut}>
          {t('完成', 'Done')}
        </Button>
      }
    >
      <Alert type="warning" showIcon title={says} />
      <div className={lines.length > 1 ? 'zx-secret zx-secret-many' : 'zx-secret'}>
        {lines.map((line) => (
          <code key={line}>{line}</code>
        ))}
      </div>
      <div className="zx-secret-acts">
        <CopyButton value={lines.join('\n')} />
        <Checkbox checked={kept} onChange={({ target }) => setKept(target.checked)}>
          {t('我已妥善保存', 'I have kept it in a safe place')}
        </Checkbox>
      </div>
    </Modal>
  )
}
