import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

const section = text('数据采集', 'Collection')

export const collectPages: readonly Page[] = [
  {
    path: 'sense/live',
    title: text('实时数据', 'Live data'),
    phase: 'sense',
    section,
    icon: 'live',
    needs: 'collect.live.read',
    words: 'shishishuju sssj debug maidian stream',
    load: () => import('./livePage.tsx').then((m) => m.LivePage),
  },
  {
    path: 'sense/rejects',
    title: text('异常数据', 'Rejected data'),
    phase: 'sense',
    section,
    icon: 'rejects',
    needs: 'collect.reject.read',
    words: 'yichangshuju ycsj replay chongfang invalid',
    load: () => import('./rejectsPage.tsx').then((m) => m.RejectsPage),
  },
  {
    path: 'sense/rejects/:id',
    title: text('异常消息', 'Rejected message'),
    phase: 'sense',
    under: 'sense/rejects',
    needs: 'collect.reject.read',
    load: () => import('./rejectPage.tsx').then((m) => m.RejectPage),
  },
]
