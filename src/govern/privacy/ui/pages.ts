import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

export const privacyPages: readonly Page[] = [
  {
    path: 'govern/data-keys',
    title: text('个人信息密钥', 'Personal data keys'),
    phase: 'govern',
    section: text('审计与隐私', 'Audit and privacy'),
    icon: 'privacy',
    needs: 'privacy.keys.read',
    words: 'gerenxinximiyao grxxmy yinsi encryption sm4 jiami',
    load: () => import('./dataKeysPage.tsx').then((m) => m.DataKeysPage),
  },
]
