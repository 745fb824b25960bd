import { Tabs } from 'antd'
import { useSearchParams } from 'react-router'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { useCan } from '../../../console/kit/session.tsx'
import { useText } from '../../../console/kit/text.ts'
import { ConflictsPanel } from './conflictsPanel.tsx'
import { FindCustomer } from './findCustomer.tsx'
import { KindsPanel } from './kindsPanel.tsx'
import { MergesPanel } from './mergesPanel.tsx'
import '../../../console/kit/detail.css'
import './identity.css'

export function IdentityPage() {
  const t = useText()
  const can = useCan()
  const [params, setParams] = useSearchParams()
  return (
    <>
      <PageHead
        title={t('统一身份', 'Identity')}
        hint={t(
          '设备、账号、手机号、证件汇聚为同一客户;每次合并都可以撤销。',
          'Devices, logins, mobiles and certificates are brought together as one customer; every merge can be undone.',
        )}
      >
        <FindCustomer />
      </PageHead>
      <Tabs
        activeKey={params.get('tab') ?? 'conflicts'}
        onChange={(tab) => setParams(tab === 'conflicts' ? {} : { tab }, { replace: true })}
        destroyOnHidden
        items={[
          { key: 'conflicts', label: t('待决冲突', 'Conflicts'), children: <ConflictsPanel /> },
          { key: 'merges', label: t('合并记录', 'Merges'), children: <MergesPanel /> },
          ...(can('identity.kind.read')
            ? [{ key: 'kinds', label: t('身份类型', 'Kinds of identity'), children: <KindsPanel /> }]
            : []),
        ]}
      />
    </>
  )
}
