import { useEffect, useState } from 'react'
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import { api } from '../kit/api.ts'
import { forgetSession, reloadMe } from '../kit/session.tsx'
import { useText } from '../kit/text.ts'
import { LoopPicture } from './loopPicture.tsx'
import { Mark } from './mark.tsx'
import { type SignInState, safeTo, type Typed } from './signInState.ts'
import { CodeStep, NewPasswordStep, PasswordStep } from './signInSteps.tsx'
import { LangSwitch, ThemeSwitch } from './switches.tsx'
import './signIn.css'

type Step = { name: 'password' } | { name: 'code'; typed: Typed } | { name: 'change'; typed: Typed | undefined }

export function SignInPage() {
  const t = useText()
  const navigate = useNavigate()
  const [params] = useSearchParams()
  const why = (useLocation().state as SignInState | null)?.why
  const [step, setStep] = useState<Step>(
    why === 'new-password' ? { name: 'change', typed: undefined } : { name: 'password' },
  )
  const to = safeTo(params.get('to'))

  useEffect(() => {
    document.title = `${t('登录', 'Sign in')} · ${t('知行', 'Zhixing')}`
  }, [t])

  useEffect(() => {
    if (why === 'new-password') return
    if (why === 'sign-out')
      void api
        .postAndLeave('/api/access/sign-out')
        .catch(() => undefined)
        .finally(forgetSession)
    else forgetSession()
  }, [why])

  async function enter(typed?: Typed) {
    const me = await reloadMe()
    if (me.passwordChangeNeeded) setStep({ name: 'change', typed })
    else await navigate(to, { replace: true })
  }

  return (
    <div className="zx-login">
      <aside className="zx-login-side">
        <div className="zx-login-brand">
          <Mark size={34} />
          <span>{t('知行', 'Zhixing')}</span>
        </div>
        <LoopPicture />
        <p className="zx-login-motto">{t('知客户,行有数', 'Know the customer, act with measure')}</p>
        <p>{t('银行数字化运营平台', 'The digital operations platform for banks')}</p>
      </aside>
      <main className="zx-login-main">
        <div className="zx-login-tools">
          <LangSwitch />
          <ThemeSwitch />
        </div>
        <div className="zx-login-card">
          <div className="zx-login-small-brand">
            <Mark size={30} />
            <span>{t('知行', 'Zhixing')}</span>
          </div>
          {step.name === 'password' ? (
            <PasswordStep
              ended={why === 'ended'}
              problem={params.get('problem')}
              to={to}
              needCode={(typed) => setStep({ name: 'code', typed })}
              enter={enter}
            />
          ) : null}
          {step.name === 'code' ? (
            <CodeStep typed={step.typed} enter={enter} again={() => setStep({ name: 'password' })} />
          ) : null}
          {step.name === 'change' ? (
            <NewPasswordStep
              typed={step.typed}
              enter={() => enter()}
              again={() => {
                setStep({ name: 'password' })
                void navigate('/sign-in', { replace: true, state: { why: 'sign-out' } satisfies SignInState })
              }}
            />
          ) : null}
        </div>
      </main>
    </div>
  )
}
