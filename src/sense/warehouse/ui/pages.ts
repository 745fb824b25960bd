import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

const section = text('数仓', 'Warehouse')

export const warehousePages: readonly Page[] = [
  {
    path: 'sense/warehouse',
    title: text('数仓映射', 'Warehouse mappings'),
    phase: 'sense',
    section,
    icon: 'warehouse',
    needs: 'warehouse.read',
    words: 'shucangyingshe scys warehouse mapping zhuangzai etl sql',
    load: () => import('./mappingsPage.tsx').then((m) => m.MappingsPage),
  },
  {
    path: 'sense/warehouse/new',
    title: text('新建映射', 'New mapping'),
    phase: 'sense',
    under: 'sense/warehouse',
    needs: 'warehouse.mapping.edit',
    words: 'xinjianyingshe xjys',
    load: () => import('./mappingForm.tsx').then((m) => m.MappingFormPage),
  },
  {
    path: 'sense/warehouse/:id',
    title: text('数仓映射详情', 'Mapping'),
    phase: 'sense',
    under: 'sense/warehouse',
    needs: 'warehouse.read',
    load: () => import('./mappingPage.tsx').then((m) => m.MappingPage),
  },
  {
    path: 'sense/warehouse/:id/edit',
    title: text('修改映射', 'Edit the mapping'),
    phase: 'sense',
    under: 'sense/warehouse',
    needs: 'warehouse.mapping.edit',
    load: () => import('./mappingForm.tsx').then((m) => m.MappingFormPage),
  },
  {
    path: 'sense/warehouse/runs/:id',
    title: text('运行详情', 'Run'),
    phase: 'sense',
    under: 'sense/warehouse',
    needs: 'warehouse.read',
    load: () => import('./runPage.tsx').then((m) => m.RunPage),
  },
  {
    path: 'sense/connections',
    title: text('数据连接', 'Connections'),
    phase: 'sense',
    section,
    icon: 'connections',
    needs: 'warehouse.read',
    words: 'shujulianjie sjlj connection postgres mysql mariadb s3 parquet',
    load: () => import('./connectionsPage.tsx').then((m) => m.ConnectionsPage),
  },
  {
    path: 'sense/alerts',
    title: text('数据告警', 'Data alerts'),
    phase: 'sense',
    section,
    icon: 'alerts',
    needs: 'warehouse.read',
    words: 'shujugaojing sjgj alert quality delay zhiliang yanchi',
    load: () => import('./alertsPage.tsx').then((m) => m.AlertsPage),
  },
]
