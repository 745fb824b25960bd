import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

const section = text('触达策略', 'Contact policy')

export const contactPages: readonly Page[] = [
  {
    path: 'decide/contact',
    title: text('频控与勿扰', 'Caps and quiet hours'),
    phase: 'decide',
    icon: 'contact',
    section,
    needs: 'contact.policy.read',
    words: 'chuda cd pinkong pk wurao wr cap frequency quiet policy duizhaozu',
    load: () => import('./policyPage.tsx').then((m) => m.PolicyPage),
  },
  {
    path: 'decide/contact/lists',
    title: text('退订与黑名单', 'Opt-outs and blacklists'),
    phase: 'decide',
    icon: 'contactLists',
    section,
    needs: 'contact.list.read',
    words: 'tuiding td heimingdan hmd mingdan optout unsubscribe suppress blacklist',
    load: () => import('./listsPage.tsx').then((m) => m.ListsPage),
  },
  {
    path: 'decide/contact/customers',
    title: text('单客解释', 'Explain a customer'),
    phase: 'decide',
    icon: 'contactExplain',
    section,
    needs: 'contact.customer.read',
    words: 'danke dk jieshi why explain',
    load: () => import('./findPage.tsx').then((m) => m.FindPage),
  },
  {
    path: 'decide/contact/customers/:customer',
    title: text('单客解释', 'Explain a customer'),
    phase: 'decide',
    under: 'decide/contact/customers',
    needs: 'contact.customer.read',
    load: () => import('./explainPage.tsx').then((m) => m.ExplainPage),
  },
  {
    path: 'decide/contact/forecast',
    title: text('触达预测', 'Forecast'),
    phase: 'decide',
    icon: 'contactForecast',
    section,
    needs: 'contact.policy.read',
    words: 'yuce yc forecast chuda sunshi',
    load: () => import('./forecastPage.tsx').then((m) => m.ForecastPage),
  },
]
