import { Alert, Button, QRCode } from 'antd'
import { useState } from 'react'
import { Type } from 'typebox'
import { api, setCsrf } from '../../../console/kit/api.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { SchemaForm } from '../../../console/kit/schemaForm.tsx'
import { CopyButton, SecretOnce } from '../../../console/kit/secretOnce.tsx'
import { reloadMe, useSession } from '../../../console/kit/session.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { TotpConfirm, TotpOff } from '../contract.ts'

type Secret = { secret: string; uri: string }

/** The second step at sign-in: on, off, and the codes for the day the phone is lost. */
export function TotpPanel() {
  const t = useText()
  const { me } = useSession()
  const [secret, setSecret] = useState<Secret>()
  const [codes, setCodes] = useState<string[]>()
  return (
    <Panel>
      {me.totpOn ? (
        <TurnOff />
      ) : secret ? (
        <Confirm secret={secret} stop={() => setSecret(undefined)} done={setCodes} />
      ) : (
        <Start started={setSecret} />
      )}
      <SecretOnce
        title={t('恢复码', 'Recovery codes')}
        says={t(
          '手机不在身边时,可用恢复码登录,每个只能用一次。请打印或存入密码管理器,关闭后无法再次查看。',
          'Each signs you in once when your phone is not at hand. Print them or keep them in a password manager; they cannot be seen again.',
        )}
        secret={codes}
        close={() => {
          setCodes(undefined)
          setSecret(undefined)
          void reloadMe()
        }}
      />
    </Panel>
  )
}

const WithPassword = Type.Object({ password: Type.String({ minLength: 1, maxLength: 200 }) })

function Start({ started }: { started: (secret: Secret) => void }) {
  const t = useText()
  const { me } = useSession()
  return (
    <>
      <Alert
        type="info"
        showIcon
        className="zx-note"
        title={t('两步验证未开启', 'The second step is off')}
        description={t(
          '开启后,登录时除密码外还需输入手机身份验证器中的动态口令,密码泄露也不会被冒用。',
          'With it, signing in also takes a code from an authenticator on your phone, so a leaked password alone is of no use.',
        )}
      />
      <SchemaForm
        schema={me.hasPassword ? WithPassword : Type.Object({})}
        parts={
          me.hasPassword
            ? [
                {
                  name: 'password',
                  label: text('当前密码', 'Current password'),
                  widget: 'password',
                  help: text('确认是您本人操作', 'To be sure that it is you'),
                },
              ]
            : []
        }
        submit={text('开启两步验证', 'Turn it on')}
        said={false}
        save={async (values) => started(await api.post<Secret>('/api/access/me/totp/start', values))}
      />
    </>
  )
}

function Confirm({ secret, stop, done }: { secret: Secret; stop: () => void; done: (codes: string[]) => void }) {
  const t = useText()
  return (
    <div className="zx-totp">
      <div className="zx-qr" role="img" aria-label={t('二维码,内容见右侧密钥', 'QR picture of the key beside it')}>
        <QRCode type="svg" value={secret.uri} size={188} bordered={false} color="#000" bgColor="#fff" />
      </div>
      <div className="zx-totp-steps">
        <ol>
          <li>
            {t(
              '打开手机上的身份验证器(如 Microsoft Authenticator、Google Authenticator、FreeOTP)',
              'Open an authenticator on your phone (Microsoft Authenticator, Google Authenticator, FreeOTP …)',
            )}
          </li>
          <li>
            {t('扫描二维码,或手动输入密钥:', 'Scan the picture, or type the key:')}
            <div className="zx-secret-acts">
              <code>{secret.secret.replace(/(.{4})/g, '$1 ').trim()}</code>
              <CopyButton value={secret.secret} />
            </div>
          </li>
          <li>{t('输入验证器显示的 6 位数字', 'Enter the 6 digits it shows')}</li>
        </ol>
        <SchemaForm
          schema={TotpConfirm}
          parts={[{ name: 'code', label: text('动态口令', 'Code'), autoComplete: 'one-time-code', wide: true }]}
          submit={text('确认开启', 'Confirm')}
          cancel={stop}
          said={false}
          save={async (values) => {
            const answer = await api.post<{ recoveryCodes: string[]; csrf: string }>(
              '/api/access/me/totp/confirm',
              values,
            )
            setCsrf(answer.csrf)
            done(answer.recoveryCodes)
          }}
        />
      </div>
    </div>
  )
}

function TurnOff() {
  const t = useText()
  const [asked, setAsked] = useState(false)
  return (
    <>
      <Alert
        type="success"
        showIcon
        className="zx-note"
        title={t('两步验证已开启', 'The second step is on')}
        description={t('登录时需要手机身份验证器中的动态口令。', 'Signing in takes a code from your authenticator.')}
      />
      {asked ? (
        <SchemaForm
          schema={TotpOff}
          parts={[
            {
              name: 'password',
              label: text('当前密码', 'Current password'),
              widget: 'password',
              help: text('关闭后仅凭密码即可登录', 'Without it, the password alone signs in'),
            },
          ]}
          submit={text('关闭两步验证', 'Turn it off')}
          cancel={() => setAsked(false)}
          save={async (values) => {
            const answer = await api.post<{ csrf?: string } | undefined>('/api/access/me/totp/off', values)
            if (answer?.csrf) setCsrf(answer.csrf)
            await reloadMe()
          }}
        />
      ) : (
        <Button danger onClick={() => setAsked(true)}>
          {t('关闭两步验证', 'Turn it off')}
        </Button>
      )}
    </>
  )
}
