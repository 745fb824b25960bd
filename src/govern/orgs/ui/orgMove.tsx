import { Alert, App, Button, Drawer } from 'antd'
import { useState } from 'react'
import { api, isStale } from '../../../console/kit/api.ts'
import { Answer, RequestId } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { MovePreview, OrgDetail, OrgName } from '../contract.ts'
import { OrgPicker } from './orgPicker.tsx'

type MoveProps = { open: boolean; org: OrgDetail; close: () => void }

/** Chooses the new place and shows what goes along before anything is done. */
export function MoveOrgDrawer({ open, org, close }: MoveProps) {
  const t = useText()
  return (
    <Drawer
      open={open}
      title={t(`调整上级:${org.name}`, `Move ${org.name}`)}
      size={480}
      onClose={close}
      destroyOnHidden
    >
      <MoveBox org={org} close={close} />
    </Drawer>
  )
}

function MoveBox({ org, close }: { org: OrgDetail; close: () => void }) {
  const t = useText()
  const [parent, setParent] = useState<string>()
  return (
    <div className="zx-move">
      <div className="zx-move-field">
        <span>{t('新的上级机构', 'New place')}</span>
        <OrgPicker label={t('新的上级机构', 'New place')} value={parent} onChange={setParent} without={org.id} />
      </div>
      {parent ? (
        <Preview key={parent} org={org} parent={parent} close={close} />
      ) : (
        <p className="zx-quiet">{t('选择后将显示影响范围。', 'Choose one to see what would move.')}</p>
      )}
    </div>
  )
}

function Preview({ org, parent, close }: { org: OrgDetail; parent: string; close: () => void }) {
  const asked = useApi<MovePreview>(`/api/orgs/${org.id}/move-preview`, { parent })
  return (
    <Answer of={asked}>{(preview) => <PreviewBox org={org} parent={parent} preview={preview} close={close} />}</Answer>
  )
}

const way = (above: readonly OrgName[], org: OrgDetail) => [...above.map(({ name }) => name), org.name].join(' / ')

function PreviewBox({
  org,
  parent,
  preview,
  close,
}: {
  org: OrgDetail
  parent: string
  preview: MovePreview
  close: () => void
}) {
  const t = useText()
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Error>()

  async function move() {
    setBusy(true)
    setFailure(undefined)
    try {
      await api.post(`/api/orgs/${org.id}/move`, { parent, version: org.version })
      message.success(t('已调整', 'Moved'))
      close()
      await refresh('/api/orgs', '/api/access')
    } catch (error) {
      if (isStale(error)) await refresh('/api/orgs')
      setFailure(error instanceof Error ? error : new Error(String(error)))
    } finally {
      setBusy(false)
    }
  }

  if (!preview.allowed)
    return (
      <Alert
        type="warning"
        showIcon
        title={t('不能调整到此处', 'It cannot be moved there')}
        description={preview.refusal}
      />
    )
  return (
    <>
      <dl className="zx-move-ways">
        <dt>{t('现在', 'Now')}</dt>
        <dd>{way(preview.from, org)}</dd>
        <dt>{t('调整后', 'Afterwards')}</dt>
        <dd>
          <strong>{way(preview.to, org)}</strong>
        </dd>
      </dl>
      <Alert
        type="info"
        showIcon
        title={t(`将移动 ${preview.moved} 个机构(含本机构)`, `${preview.moved} organisations move, this one included`)}
        description={t(
          '这些机构的数据范围随之变化:原上级的人员将看不到它们,新上级的人员将可以看到。变更记入历史与审计。',
          'Who sees their data changes with it: people of the old place no longer do, people of the new one will. It is kept in the history and the audit.',
        )}
      />
      {failure ? (
        <Alert type="error" showIcon role="alert" title={failure.message} description={<RequestId error={failure} />} />
      ) : null}
      <div className="zx-form-acts">
        <Button type="primary" loading={busy} onClick={() => void move()}>
          {t(`移动 ${preview.moved} 个机构`, preview.moved === 1 ? 'Move it' : `Move ${preview.moved} organisations`)}
        </Button>
        <Button onClick={close}>{t('取消', 'Cancel')}</Button>
      </div>
    </>
  )
}
