import { DisconnectOutlined, InboxOutlined, LockOutlined, WarningOutlined } from '@ant-design/icons'
import { Button, Spin } from 'antd'
import type { ReactNode } from 'react'
import { isProblem } from './api.ts'
import './states.css'
import { useText } from './text.ts'

type StateProps = { icon: ReactNode; title: string; hint?: ReactNode; children?: ReactNode; alert?: boolean }

function State({ icon, title, hint, children, alert }: StateProps) {
  return (
    <div className="zx-state" role={alert ? 'alert' : undefined}>
      <span className="zx-state-icon" aria-hidden>
        {icon}
      </span>
      <p className="zx-state-title">{title}</p>
      {hint ? <div className="zx-state-hint">{hint}</div> : null}
      {children ? <div className="zx-state-acts">{children}</div> : null}
    </div>
  )
}

/** Nothing is here, and what to do about it. */
export function Empty({ title, hint, children }: { title?: string; hint?: ReactNode; children?: ReactNode }) {
  const t = useText()
  return (
    <State icon={<InboxOutlined aria-hidden />} title={title ?? t('暂无数据', 'Nothing here yet')} hint={hint}>
      {children}
    </State>
  )
}

export function Loading({ label }: { label?: string }) {
  const t = useText()
  return (
    <div className="zx-state" role="status" aria-live="polite">
      <Spin />
      <span className="zx-hidden">{label ?? t('正在加载', 'Loading')}</span>
    </div>
  )
}

export function Forbidden({ needs, children }: { needs?: string; children?: ReactNode }) {
  const t = useText()
  return (
    <State
      alert
      icon={<LockOutlined aria-hidden />}
      title={t('您没有权限查看此内容', 'You may not see this')}
      hint={
        <>
          {t('如需使用,请联系系统管理员开通权限', 'If you need it, ask your administrator for the permission')}
          {needs ? (
            <>
              {t(':', ': ')}
              <code>{needs}</code>
            </>
          ) : null}
        </>
      }
    >
      {children}
    </State>
  )
}

/** A call failed: says what happened, the number support asks for, and offers to try again. 403 is Forbidden. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useText()
  if (isProblem(error) && error.status === 403) return <Forbidden />
  const offline = isProblem(error) && error.status === 0
  const message = error instanceof Error ? error.message : String(error)
  return (
    <State
      alert
      icon={offline ? <DisconnectOutlined aria-hidden /> : <WarningOutlined aria-hidden />}
      title={offline ? t('网络连接中断', 'No connection') : t('加载失败', 'This could not be loaded')}
      hint={
        <>
          <p>{message}</p>
          <RequestId error={error} />
        </>
      }
    >
      {retry ? <Button onClick={retry}>{t('重试', 'Try again')}</Button> : null}
    </State>
  )
}

/** The request's number, small, to be read out to support. */
export function RequestId({ error }: { error: unknown }) {
  const t = useText()
  if (!isProblem(error) || !error.requestId) return null
  return (
    <p className="zx-request-id">
      {t('请求编号', 'Request')} <code>{error.requestId}</code>
    </p>
  )
}

type Asked<T> = { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown }

/** The states of one answer around what it shows. */
export function Answer<T>({ of, children }: { of: Asked<T>; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return children(of.data)
  if (of.isPending) return <Loading />
  return <Failed error={of.error} retry={() => void of.refetch()} />
}
