import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

const load = () => import('./orgsPage.tsx').then((m) => m.OrgsPage)

export const orgsPages: readonly Page[] = [
  {
    path: 'govern/orgs',
    title: text('机构', 'Organisations'),
    phase: 'govern',
    section: text('机构与权限', 'Organisation and access'),
    icon: 'orgs',
    needs: 'orgs.read',
    words: 'jigou jg zuzhi branch tree',
    load,
  },
  {
    path: 'govern/orgs/:id',
    title: text('机构详情', 'Organisation'),
    phase: 'govern',
    under: 'govern/orgs',
    needs: 'orgs.read',
    load,
  },
]
