import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

const section = text('系统管理', 'System')

export const systemPages: readonly Page[] = [
  {
    path: 'govern/codes',
    title: text('码值', 'Code values'),
    phase: 'govern',
    section,
    icon: 'codes',
    needs: 'system.code.read',
    words: 'mazhi mz zidian dictionary enum',
    load: () => import('./codesPage.tsx').then((m) => m.CodesPage),
  },
  {
    path: 'govern/codes/:set',
    title: text('码值集', 'Set of code values'),
    phase: 'govern',
    under: 'govern/codes',
    needs: 'system.code.read',
    load: () => import('./codeSetPage.tsx').then((m) => m.CodeSetPage),
  },
  {
    path: 'govern/parameters',
    title: text('系统参数', 'Parameters'),
    phase: 'govern',
    section,
    icon: 'parameters',
    needs: 'system.parameter.read',
    words: 'xitongcanshu xtcs settings config',
    load: () => import('./parametersPage.tsx').then((m) => m.ParametersPage),
  },
  {
    path: 'govern/jobs',
    title: text('后台任务', 'Background jobs'),
    phase: 'govern',
    section,
    icon: 'jobs',
    needs: 'system.job.read',
    words: 'houtairenwu htrw queue cron dingshi',
    load: () => import('./jobsPage.tsx').then((m) => m.JobsPage),
  },
  {
    path: 'govern/health',
    title: text('系统健康', 'System health'),
    phase: 'govern',
    section,
    icon: 'health',
    needs: 'system.health.read',
    words: 'xitongjiankang xtjk monitor jiankong engines',
    load: () => import('./healthPage.tsx').then((m) => m.HealthPage),
  },
]
