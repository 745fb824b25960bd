import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Input } from 'antd'
import { type FormEvent, type ReactNode, useEffect, useId, useState } from 'react'
import type { SignInOptions } from '../../govern/access/contract.ts'
import { api, isProblem, urlOf } from '../kit/api.ts'
import { RequestId } from '../kit/states.tsx'
import { type Text, text, useText } from '../kit/text.ts'
import type { Typed } from './signInState.ts'

/** Runs one step's call; holds what went wrong and, when the account is locked, until when. */
function useStep() {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>()
  const [until, setUntil] = useState(0)
  async function run(act: () => Promise<unknown>) {
    setBusy(true)
    setFailure(undefined)
    try {
      await act()
    } catch (error) {
      if (isProblem(error) && error.retryAfterSeconds) setUntil(Date.now() + error.retryAfterSeconds * 1000)
      setFailure(error)
    } finally {
      setBusy(false)
    }
  }
  return { busy, failure, until, run }
}

/** Counts down what is left of a lock-out; 0 when there is none. */
function useSecondsLeft(until: number): number {
  const [now, setNow] = useState(() => Date.now())
  const left = Math.max(0, Math.ceil((until - now) / 1000))
  useEffect(() => {
    setNow(Date.now())
    if (until <= Date.now()) return
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [until])
  return left
}

function StepFailure({ failure, left }: { failure: unknown; left: number }) {
  const t = useText()
  if (!(failure instanceof Error)) return null
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
  const locked = left > 0 ? t(`请在 ${clock} 后重试`, `Try again in ${clock}`) : undefined
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={failure.message}
      description={locked ?? <RequestIdIfBug failure={failure} />}
    />
  )
}

/** A wrong password needs no number for support; a failure of the server does. */
function RequestIdIfBug({ failure }: { failure: unknown }) {
  return isProblem(failure) && failure.status >= 500 ? <RequestId error={failure} /> : null
}

type FieldProps = {
  label: string
  error?: string
  extra?: ReactNode
  children: (id: string, described: string) => ReactNode
}

export function LoginField({ label, error, extra, children }: FieldProps) {
  const id = useId()
  return (
    <div className="zx-login-field">
      <label htmlFor={id}>{label}</label>
      {children(id, `${id}-note`)}
      <div id={`${id}-note`} className={error ? 'zx-login-wrong' : 'zx-login-extra'}>
        {error ?? extra}
      </div>
    </div>
  )
}

type PasswordProps = {
  ended: boolean
  problem: string | null
  to: string
  needCode: (typed: Typed) => void
  enter: (typed: Typed) => Promise<void>
}

export function PasswordStep({ ended, problem, to, needCode, enter }: PasswordProps) {
  const t = useText()
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [tried, setTried] = useState(false)
  const step = useStep()
  const left = useSecondsLeft(step.until)
  const lacks = (value: string) => (tried && !value.trim() ? t('必填', 'Required') : undefined)
  const options = useQuery<SignInOptions>({
    queryKey: ['/api/access/sign-in-options'],
    queryFn: ({ signal }) => api.get('/api/access/sign-in-options', undefined, signal),
  })

  function submit(event: FormEvent) {
    event.preventDefault()
    setTried(true)
    const typed = { login: login.trim(), password }
    if (!typed.login || !password || left > 0) return
    void step.run(async () => {
      try {
        await api.post('/api/access/sign-in', typed)
      } catch (error) {
        if (isProblem(error, 'access.code_needed')) return needCode(typed)
        throw error
      }
      await enter(typed)
    })
  }

  return (
    <form className="zx-login-form" onSubmit={submit} noValidate>
      <h1>{t('登录', 'Sign in')}</h1>
      {ended && !step.failure ? (
        <Alert type="info" showIcon title={t('登录已过期,请重新登录', 'Your session ended. Sign in again.')} />
      ) : null}
      {problem && !step.failure ? <Alert type="error" showIcon title={t(providerProblem(problem))} /> : null}
      <StepFailure failure={step.failure} left={left} />
      <LoginField label={t('用户名', 'Login')} error={lacks(login)}>
        {(id, note) => (
          <Input
            id={id}
            size="large"
            autoFocus
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            aria-describedby={note}
            status={lacks(login) ? 'error' : undefined}
            value={login}
            onChange={(event) => setLogin(event.target.value)}
          />
        )}
      </LoginField>
      <LoginField label={t('密码', 'Password')} error={lacks(password)}>
        {(id, note) => (
          <Input.Password
            id={id}
            size="large"
            autoComplete="current-password"
            aria-describedby={note}
            status={lacks(password) ? 'error' : undefined}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </LoginField>
      <Button type="primary" size="large" htmlType="submit" block loading={step.busy} disabled={left > 0}>
        {t('登录', 'Sign in')}
      </Button>
      <SingleSignOn options={options.data} to={to} />
      <DemoAccounts
        options={options.data}
        choose={(account) => {
          setLogin(account.login)
          setPassword(account.password)
        }}
      />
    </form>
  )
}

/** Only words of our own are shown: what stands in an address may have been put there by anyone. */
function providerProblem(code: string) {
  const known: Record<string, Text> = {
    'access.disabled': text('该账号已停用', 'This account is disabled'),
  }
  return (
    known[code] ??
    text(
      '统一身份登录没有成功,请重试或联系管理员',
      'Single sign-on did not go through. Try again or ask your administrator.',
    )
  )
}

function SingleSignOn({ options, to }: { options: SignInOptions | undefined; to: string }) {
  const t = useText()
  if (!options?.oidc.length) return null
  return (
    <div className="zx-login-sso">
      <p>{t('或使用统一身份登录', 'or sign in with')}</p>
      {options.oidc.map(({ id, name }) => (
        <Button key={id} size="large" block href={urlOf(`/api/access/oidc/${encodeURIComponent(id)}/start`, { to })}>
          {t(name)}
        </Button>
      ))}
    </div>
  )
}

type Account = { login: string; password: string }

/** Only where the server says this is a bank to practise on. */
function DemoAccounts({ options, choose }: { options: SignInOptions | undefined; choose: (account: Account) => void }) {
  const t = useText()
  if (!options?.demoAccounts?.length) return null
  return (
    <section className="zx-login-demo">
      <h2>{t('演示账号(点击填入)', 'Demo accounts (click to fill in)')}</h2>
      <ul>
        {options.demoAccounts.map((account) => (
          <li key={account.login}>
            <button type="button" onClick={() => choose(account)}>
              <strong>{t(account.role)}</strong>
              <code>
                {account.login} / {account.password}
              </code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

type CodeProps = { typed: Typed; enter: (typed: Typed) => Promise<void>; again: () => void }

export function CodeStep({ typed, enter, again }: CodeProps) {
  const t = useText()
  const [code, setCode] = useState('')
  const step = useStep()
  const left = useSecondsLeft(step.until)
  return (
    <form
      className="zx-login-form"
      onSubmit={(event) => {
        event.preventDefault()
        void step.run(async () => {
          await api.post('/api/access/sign-in', { ...typed, code: code.trim() })
          await enter(typed)
        })
      }}
    >
      <h1>{t('两步验证', 'Second step')}</h1>
      <p>
        {t(
          '请输入身份验证器中的 6 位动态口令,或一个恢复码。',
          'Enter the 6 digits of your authenticator, or one of your recovery codes.',
        )}
      </p>
      <StepFailure failure={step.failure} left={left} />
      <LoginField label={t('动态口令或恢复码', 'Code or recovery code')}>
        {(id) => (
          <Input
            id={id}
            size="large"
            autoFocus
            autoComplete="one-time-code"
            inputMode="text"
            maxLength={40}
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        )}
      </LoginField>
      <Button
        type="primary"
        size="large"
        htmlType="submit"
        block
        loading={step.busy}
        disabled={left > 0 || code.trim().length < 6}
      >
        {t('验证', 'Verify')}
      </Button>
      <Button type="link" block onClick={again}>
        {t('换个账号登录', 'Sign in as someone else')}
      </Button>
    </form>
  )
}

type ChangeProps = { typed: Typed | undefined; enter: () => Promise<void>; again: () => void }

/** A first or expired password must be replaced before anything else is shown. */
export function NewPasswordStep({ typed, enter, again }: ChangeProps) {
  const t = useText()
  const [current, setCurrent] = useState(typed?.password ?? '')
  const [next, setNext] = useState('')
  const [repeat, setRepeat] = useState('')
  const step = useStep()
  const fields = isProblem(step.failure) ? step.failure.fields : []
  const wrong = (field: string) => fields.find((one) => one.field === field)?.message
  const differs = repeat !== '' && repeat !== next
  return (
    <form
      className="zx-login-form"
      onSubmit={(event) => {
        event.preventDefault()
        void step.run(async () => {
          await api.post('/api/access/me/password', { current, next })
          await enter()
        })
      }}
    >
      <h1>{t('设置新密码', 'Choose a new password')}</h1>
      <p>
        {t(
          '您正在使用初始或已过期的密码,请先更换。',
          'Your password is a first or an expired one. Replace it to go on.',
        )}
      </p>
      {fields.length === 0 ? <StepFailure failure={step.failure} left={0} /> : null}
      {typed ? null : (
        <LoginField label={t('当前密码', 'Current password')} error={wrong('current')}>
          {(id, note) => (
            <Input.Password
              id={id}
              aria-describedby={note}
              size="large"
              autoComplete="current-password"
              value={current}
              onChange={(event) => setCurrent(event.target.value)}
            />
          )}
        </LoginField>
      )}
      <LoginField label={t('新密码', 'New password')} error={wrong('next')}>
        {(id, note) => (
          <Input.Password
            id={id}
            aria-describedby={note}
            size="large"
            autoFocus
            autoComplete="new-password"
            status={wrong('next') ? 'error' : undefined}
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
        )}
      </LoginField>
      <LoginField
        label={t('再次输入新密码', 'New password again')}
        error={differs ? t('两次输入不一致', 'The two differ') : undefined}
      >
        {(id, note) => (
          <Input.Password
            id={id}
            aria-describedby={note}
            size="large"
            autoComplete="new-password"
            status={differs ? 'error' : undefined}
            value={repeat}
            onChange={(event) => setRepeat(event.target.value)}
          />
        )}
      </LoginField>
      <Button
        type="primary"
        size="large"
        htmlType="submit"
        block
        loading={step.busy}
        disabled={!current || !next || repeat !== next}
      >
        {t('保存并进入', 'Save and go on')}
      </Button>
      <Button type="link" block onClick={again}>
        {t('换个账号登录', 'Sign in as someone else')}
      </Button>
    </form>
  )
}
