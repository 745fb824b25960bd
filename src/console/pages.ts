import { channelsPages } from '../act/channels/ui/pages.ts'
import { contactPages } from '../decide/contact/ui/pages.ts'
import { accessPages } from '../govern/access/ui/pages.ts'
import { auditPages } from '../govern/audit/ui/pages.ts'
import { orgsPages } from '../govern/orgs/ui/pages.ts'
import { privacyPages } from '../govern/privacy/ui/pages.ts'
import { systemPages } from '../govern/system/ui/pages.ts'
import { catalogPages } from '../sense/catalog/ui/pages.ts'
import { collectPages } from '../sense/collect/ui/pages.ts'
import { customersPages } from '../sense/customers/ui/pages.ts'
import { identityPages } from '../sense/identity/ui/pages.ts'
import { importsPages } from '../sense/imports/ui/pages.ts'
import { segmentsPages } from '../sense/segments/ui/pages.ts'
import { tagsPages } from '../sense/tags/ui/pages.ts'
import { warehousePages } from '../sense/warehouse/ui/pages.ts'
import { text } from './kit/text.ts'
import type { Page } from './page.ts'

const home: Page = {
  path: '',
  title: text('首页', 'Home'),
  phase: 'home',
  icon: 'home',
  words: 'shouye sy',
  load: () => import('./shell/home.tsx').then((m) => m.HomePage),
}

const tour: Page = {
  path: 'tour',
  title: text('导览', 'Tour'),
  phase: 'home',
  icon: 'tour',
  needs: 'demo',
  words: 'daolan dl guide demo yanshi',
  load: () => import('./shell/tour.tsx').then((m) => m.TourPage),
}

/** Every page of the console, one line a capability, in the order of the menu. */
export const pages: readonly Page[] = [
  home,
  tour,
  ...customersPages,
  ...tagsPages,
  ...segmentsPages,
  ...identityPages,
  ...collectPages,
  ...importsPages,
  ...warehousePages,
  ...catalogPages,
  ...contactPages,
  ...channelsPages,
  ...orgsPages,
  ...accessPages,
  ...auditPages,
  ...privacyPages,
  ...systemPages,
]
