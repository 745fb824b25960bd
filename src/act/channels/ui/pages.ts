import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

const section = text('渠道', 'Channels')

export const channelsPages: readonly Page[] = [
  {
    path: 'act/channels',
    title: text('渠道账号', 'Channel accounts'),
    phase: 'act',
    section,
    icon: 'channels',
    needs: 'channels.account.read',
    words: 'qudaozhanghao qdzh channel account duanxin youjian tuisong sms smpp email push wecom webhook',
    load: () => import('./accountsPage.tsx').then((m) => m.AccountsPage),
  },
  {
    path: 'act/channels/:id',
    title: text('渠道账号', 'Channel account'),
    phase: 'act',
    under: 'act/channels',
    needs: 'channels.account.read',
    load: () => import('./accountPage.tsx').then((m) => m.AccountPage),
  },
  {
    path: 'act/seeds',
    title: text('种子名单', 'Seed list'),
    phase: 'act',
    section,
    icon: 'seeds',
    needs: 'channels.account.read',
    words: 'zhongzimingdan zzmd seed test ceshi',
    load: () => import('./seedsPage.tsx').then((m) => m.SeedsPage),
  },
]
