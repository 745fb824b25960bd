import { Drawer, Select } from 'antd'
import { useState } from 'react'
import { api } from '../../../console/kit/api.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { useSession } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { Account, KindForm } from '../contract.ts'
import { accountParts, accountSchema, toSend } from './accountForm.tsx'
import { channelNames } from './words.ts'

type Props = { open: boolean; close: () => void; made: (id: string) => void }

/** First the way, then its own form. */
export function NewAccount({ open, close, made }: Props) {
  const t = useText()
  const { me } = useSession()
  const asked = useApi<{ items: KindForm[] }>('/api/channels/kinds', undefined, { enabled: open })
  const [kind, setKind] = useState<KindForm>()
  const [preset, setPreset] = useState<string>()
  const chosen = kind?.presets.find(({ id }) => id === preset)
  const leave = () => {
    setKind(undefined)
    setPreset(undefined)
    close()
  }
  return (
    <>
      <Drawer
        open={open && kind === undefined}
        size={640}
        title={t('新建渠道账号 · 选择接入方式', 'New account · how to reach people')}
        onClose={leave}
        destroyOnHidden
      >
        <Answer of={asked}>{({ items }) => <Kinds items={items} choose={setKind} />}</Answer>
      </Drawer>
      {kind ? (
        <FormDrawer
          key={`${kind.kind} ${preset}`}
          open={open}
          size={760}
          title={t(`新建账号 · ${t(kind.name)}`, `New account · ${t(kind.name)}`)}
          close={leave}
          schema={accountSchema(kind, undefined)}
          parts={accountParts(kind, true)}
          initial={{
            kind: kind.kind,
            org: me.scopeNow?.id ?? me.org.id,
            settings: { ...kind.initial, ...chosen?.settings },
            price: kind.price / 10_000,
            failuresMax: 20,
            windows: [],
          }}
          submit={text('创建', 'Create')}
          save={async (values) => {
            const account = await api.post<Account>('/api/channels/accounts', { ...toSend(values), kind: kind.kind })
            await refresh('/api/channels/accounts')
            setTimeout(() => made(account.id))
          }}
        >
          {kind.presets.length > 0 ? (
            <div className="zx-form-wide zx-ch-preset">
              <label htmlFor="zx-ch-preset">{t('从模板填写', 'Fill in from')}</label>
              <Select
                id="zx-ch-preset"
                allowClear
                placeholder={t('选择供应商模板', 'A vendor')}
                value={preset}
                onChange={(next: string | undefined) => setPreset(next)}
                options={kind.presets.map(({ id, name }) => ({ value: id, label: t(name) }))}
              />
            </div>
          ) : null}
        </FormDrawer>
      ) : null}
    </>
  )
}

function Kinds({ items, choose }: { items: readonly KindForm[]; choose: (kind: KindForm) => void }) {
  const t = useText()
  return (
    <ul className="zx-ch-kinds">
      {items.map((kind) => (
        <li key={kind.kind}>
          <button type="button" onClick={() => choose(kind)}>
            <small>{t(channelNames[kind.channel])}</small>
            <strong>{t(kind.name)}</strong>
            <span>{t(kind.about)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
