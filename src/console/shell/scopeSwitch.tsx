import { ApartmentOutlined, DownOutlined } from '@ant-design/icons'
import { Popover } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { chooseScope } from '../kit/scope.ts'
import { useSession } from '../kit/session.tsx'
import { Loading } from '../kit/states.tsx'
import { useText } from '../kit/text.ts'

const ScopeTree = lazy(() => import('./scopeTree.tsx').then((m) => ({ default: m.ScopeTree })))

/** Whose data is looked at: always in sight, changed in one step. What one may do there is asked anew. */
export function ScopeSwitch() {
  const t = useText()
  const { me } = useSession()
  const [open, setOpen] = useState(false)
  const name = me.scopeNow?.name ?? t('无数据范围', 'No scope')
  const choose = (id: string) => {
    chooseScope(id)
    setOpen(false)
  }
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={open}
      onOpenChange={setOpen}
      destroyOnHidden
      content={
        <Suspense fallback={<Loading />}>
          <ScopeTree scope={me.scopeNow?.id ?? ''} choose={choose} />
        </Suspense>
      }
    >
      <button
        type="button"
        className="zx-bar-button zx-bar-scope"
        aria-label={t(`数据范围:${name}`, `Data scope: ${name}`)}
        aria-expanded={open}
      >
        <ApartmentOutlined aria-hidden />
        <span>{name}</span>
        <DownOutlined className="zx-bar-caret" aria-hidden />
      </button>
    </Popover>
  )
}
