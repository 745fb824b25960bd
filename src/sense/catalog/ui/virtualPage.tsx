import { AimOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { Link } from 'react-router'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { useText } from '../../../console/kit/text.ts'
import { VirtualTable } from './virtualTable.tsx'

export function VirtualPage() {
  const t = useText()
  return (
    <>
      <PageHead
        title={t('圈选', 'Picking')}
        hint={t(
          '页面已自动采集点击、表单、曝光和浏览;在页面上圈选并命名,即成为虚拟事件,无需改动代码,历史数据同样适用。',
          'Pages send clicks, forms, exposures and views by themselves. Point at one and name it: a virtual event, without code, for the past too.',
        )}
      >
        <Can needs="catalog.plan.edit">
          <Link to="/sense/picking/pick">
            <Button type="primary" icon={<AimOutlined aria-hidden />}>
              {t('圈选元素', 'Pick an element')}
            </Button>
          </Link>
        </Can>
      </PageHead>
      <VirtualTable />
    </>
  )
}
