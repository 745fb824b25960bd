import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

const section = text('数据目录', 'Catalogue')

export const catalogPages: readonly Page[] = [
  {
    path: 'sense/sources',
    title: text('数据接入', 'Data sources'),
    phase: 'sense',
    section,
    icon: 'sources',
    needs: 'catalog.source.read',
    words: 'shujujieru sjjr shujuyuan sdk write key maidian',
    load: () => import('./sourcesPage.tsx').then((m) => m.SourcesPage),
  },
  {
    path: 'sense/plan',
    title: text('埋点方案', 'Tracking plan'),
    phase: 'sense',
    section,
    icon: 'plan',
    needs: 'catalog.plan.read',
    words: 'maidianfangan mdfa shijian event property shuxing',
    load: () => import('./planPage.tsx').then((m) => m.PlanPage),
  },
  {
    path: 'sense/plan/event/:name',
    title: text('事件', 'Event'),
    phase: 'sense',
    under: 'sense/plan',
    needs: 'catalog.plan.read',
    load: () => import('./eventPage.tsx').then((m) => m.EventPage),
  },
  {
    path: 'sense/plan/common',
    title: text('公共属性', 'Common properties'),
    phase: 'sense',
    under: 'sense/plan',
    needs: 'catalog.plan.read',
    load: () => import('./commonPage.tsx').then((m) => m.CommonPage),
  },
  {
    path: 'sense/entities',
    title: text('实体模型', 'Entity model'),
    phase: 'sense',
    section,
    icon: 'entities',
    needs: 'catalog.entity.read',
    words: 'shitimoxing stmx entity attribute shuxing guanxi chanpin',
    load: () => import('./entitiesPage.tsx').then((m) => m.EntitiesPage),
  },
  {
    path: 'sense/entities/:type',
    title: text('实体类型', 'Entity type'),
    phase: 'sense',
    under: 'sense/entities',
    needs: 'catalog.entity.read',
    load: () => import('./entityPage.tsx').then((m) => m.EntityPage),
  },
  {
    path: 'sense/lineage',
    title: text('血缘', 'Lineage'),
    phase: 'sense',
    under: 'sense/entities',
    needs: 'catalog.plan.read',
    load: () => import('./lineagePage.tsx').then((m) => m.LineagePage),
  },
]
