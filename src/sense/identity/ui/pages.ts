import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

export const identityPages: readonly Page[] = [
  {
    path: 'sense/identity',
    title: text('统一身份', 'Identity'),
    phase: 'sense',
    icon: 'identity',
    needs: 'identity.merge.read',
    words: 'tongyishenfen tysf oneid hebing chongtu merge conflict shenfenleixing',
    load: () => import('./identityPage.tsx').then((m) => m.IdentityPage),
  },
  {
    path: 'sense/identity/:customer',
    title: text('身份图谱', 'Identity graph'),
    phase: 'sense',
    under: 'sense/identity',
    needs: 'identity.merge.read',
    load: () => import('./customerPage.tsx').then((m) => m.CustomerIdentityPage),
  },
]
