import { Alert, Button, Drawer, Tabs, Tag } from 'antd'
import { useState } from 'react'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { Detail } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { CopyButton } from '../../../console/kit/secretOnce.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import { SourceEdit, type SourceRow } from '../contract.ts'
import { snippetsOf } from './snippets.ts'
import { sourceParts } from './sourceForm.tsx'
import { sourceKindNames, sourceStates } from './words.ts'

const again = () => refresh('/api/catalog/sources')

export function SourceDrawer({ id, close }: { id: string | undefined; close: () => void }) {
  const t = useText()
  return (
    <Drawer open={id !== undefined} size={720} onClose={close} destroyOnHidden title={t('数据源', 'Source')}>
      {id ? <Asked id={id} /> : null}
    </Drawer>
  )
}

function Asked({ id }: { id: string }) {
  const asked = useApi<SourceRow>(`/api/catalog/sources/${id}`)
  return <Answer of={asked}>{(source) => <Sheet source={source} />}</Answer>
}

function Sheet({ source }: { source: SourceRow }) {
  const t = useText()
  const { time } = useFormats()
  const [editing, setEditing] = useState(false)
  const { rotate, toggle } = useSourceActs(source)
  const on = source.state === 'on'
  const { name, kind, project, org, note } = source
  return (
    <>
      <div className="zx-cat-head">
        <h2>{name}</h2>
        <Tag color={on ? 'success' : undefined}>{t(sourceStates[source.state])}</Tag>
        <Can needs="catalog.source.edit">
          <div className="zx-head-acts">
            <Button onClick={() => setEditing(true)}>{t('编辑', 'Edit')}</Button>
            <Button onClick={rotate}>{t('更换密钥', 'New key')}</Button>
            <Button danger={on} onClick={toggle}>
              {on ? t('停用', 'Switch off') : t('启用', 'Switch on')}
            </Button>
          </div>
        </Can>
      </div>
      {on ? null : (
        <Alert
          className="zx-note"
          type="warning"
          showIcon
          title={t('已停用:该数据源上报的数据会被拒绝', 'Switched off: what it sends is refused')}
        />
      )}
      <Detail
        items={[
          { label: t('项目', 'Project'), value: <code>{project}</code> },
          { label: t('类型', 'Kind'), value: t(sourceKindNames[kind]) },
          { label: t('归属机构', 'Organisation'), value: org.name },
          { label: t('创建时间', 'Created'), value: time(source.createdAt) },
          {
            label: t('写入密钥(公开,仅标明来源)', 'Write key (public: it only says who sends)'),
            value: (
              <span className="zx-cat-key">
                <code>{source.writeKey}</code>
                <CopyButton value={source.writeKey} />
              </span>
            ),
            wide: true,
          },
          note !== '' && { label: t('备注', 'Note'), value: note, wide: true },
        ]}
      />
      <h3 className="zx-cat-title">{t('接入代码', 'Code to connect')}</h3>
      <Snippets source={source} />
      <FormDrawer
        open={editing}
        title={t('编辑数据源', 'Edit the source')}
        close={() => setEditing(false)}
        edit
        schema={SourceEdit}
        initial={{ name, kind, project, org: org.id, note }}
        parts={sourceParts}
        submit={text('保存', 'Save')}
        save={async (values) => {
          await api.patch(`/api/catalog/sources/${source.id}`, { ...values, version: source.version })
          await again()
        }}
        reload={() => void again()}
      />
    </>
  )
}

function Snippets({ source }: { source: SourceRow }) {
  const t = useText()
  return (
    <Tabs
      items={snippetsOf(source, location.origin).map(({ key, label, says, code }) => ({
        key,
        label: t(label),
        children: (
          <>
            <p className="zx-quiet">{t(says)}</p>
            <div className="zx-cat-code">
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: code wider than its place is scrolled by keys. */}
              <pre tabIndex={0}>{code}</pre>
              <CopyButton value={code} />
            </div>
          </>
        ),
      }))}
    />
  )
}

function useSourceActs(source: SourceRow): { rotate: () => void; toggle: () => void } {
  const t = useText()
  const confirm = useConfirmAct()
  const { id, name, version } = source
  const on = source.state === 'on'
  const rotate = () =>
    confirm({
      title: t(`更换“${name}”的写入密钥?`, `A new write key for “${name}”?`),
      says: t(
        '旧密钥立即失效:仍带旧密钥的客户端(Segment 协议与 HTTP)上报将被拒绝,直到更新为新密钥。以项目名上报的神策 SDK 不受影响。',
        'The old key stops at once: clients that carry it (Segment, HTTP) are refused until they have the new one. Sensors clients, which give the project, go on.',
      ),
      ok: t('更换', 'Replace it'),
      danger: true,
      typed: source.project,
      async run() {
        await api.post(`/api/catalog/sources/${id}/rotate`, { version })
        await again()
      },
      done: t('已更换', 'Replaced'),
    })
  const toggle = () =>
    confirm({
      title: on ? t(`停用“${name}”?`, `Switch “${name}” off?`) : t(`启用“${name}”?`, `Switch “${name}” on?`),
      says: on
        ? t(
            '停用后立即拒绝该数据源上报的全部数据;可随时恢复,停用期间的数据不会补收。',
            'All that it sends is refused at once. It can be switched on again; what was refused in between does not come back.',
          )
        : t('启用后立即恢复接收数据。', 'What it sends is taken again at once.'),
      ok: on ? t('停用', 'Switch off') : t('启用', 'Switch on'),
      danger: on,
      async run() {
        await api.post(`/api/catalog/sources/${id}/switch`, { version, state: on ? 'off' : 'on' })
        await again()
      },
      done: on ? t('已停用', 'Switched off') : t('已启用', 'Switched on'),
    })
  return { rotate, toggle }
}
