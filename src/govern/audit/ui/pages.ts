import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

export const auditPages: readonly Page[] = [
  {
    path: 'govern/audit',
    title: text('审计', 'Audit'),
    phase: 'govern',
    section: text('审计与隐私', 'Audit and privacy'),
    icon: 'audit',
    needs: 'audit.entry.read',
    words: 'shenji sj log rizhi trail',
    load: () => import('./auditPage.tsx').then((m) => m.AuditPage),
  },
  {
    path: 'govern/audit/:id',
    title: text('审计记录', 'Audit entry'),
    phase: 'govern',
    under: 'govern/audit',
    needs: 'audit.entry.read',
    load: () => import('./entryPage.tsx').then((m) => m.EntryPage),
  },
]
