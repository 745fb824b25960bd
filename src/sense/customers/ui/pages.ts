import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

export const customersPages: readonly Page[] = [
  {
    path: 'sense/customers',
    title: text('客户', 'Customers'),
    phase: 'sense',
    icon: 'customers',
    needs: 'customers.read',
    words: 'kehu kh danke 360 customer search oneid',
    load: () => import('./customersPage.tsx').then((m) => m.CustomersPage),
  },
  {
    path: 'sense/customers/:id',
    title: text('客户视图', 'Customer'),
    phase: 'sense',
    under: 'sense/customers',
    needs: 'customers.read',
    load: () => import('./customerPage.tsx').then((m) => m.CustomerPage),
  },
]
