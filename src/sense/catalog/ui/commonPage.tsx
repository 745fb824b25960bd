import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { Property } from '../contract.ts'
import { PropertiesPanel } from './propertiesPanel.tsx'
import './catalog.css'

const path = '/api/catalog/properties/common'

export function CommonPage() {
  const t = useText()
  const asked = useApi<{ items: Property[] }>(path)
  return (
    <>
      <PageHead
        title={t('公共属性', 'Common properties')}
        back="/sense/plan"
        hint={t(
          '任何事件都可以携带的属性,例如版本、渠道。以 $ 开头的由 SDK 自动采集,不会因未约定而被拒收。',
          'What any event may carry, such as the version. Names that begin with $ are the SDK’s own and are never refused as unknown.',
        )}
      />
      <Answer of={asked}>
        {({ items }) => (
          <PropertiesPanel
            event=""
            title={t('公共属性', 'Common properties')}
            properties={items}
            reload={() => refresh(path, '/api/catalog/events')}
          />
        )}
      </Answer>
    </>
  )
}
