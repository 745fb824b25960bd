import { type Text, text } from '../../platform/problem.ts'
import { registerSection, type Section } from '../../sense/customers/customers.ts'
import { channels, classNames, type Explained, type MessageClass } from './contract.ts'
import { explainCustomer } from './explaining.ts'

/** What the page of a customer says of contacts: one line a class, and the way to the rest. */
const section: Section = {
  key: 'contact',
  title: text('触达', 'Contacts'),
  phase: 'decide',
  async load(ctx, customer) {
    if (!ctx.permissions.has('contact.customer.read')) return []
    const explained = await explainCustomer(ctx, customer.id, {})
    const say = (words: Text) => words[ctx.lang]
    const href = `/decide/contact/customers/${customer.id}`
    const lines = (['marketing', 'service'] as const).map((of) => ({
      label: classNames[of],
      value: say(summary(explained, of)),
      href,
    }))
    const sent = explained.history.filter(({ state }) => state === 'confirmed' || state === 'reserved').length
    return [
      ...lines,
      {
        label: text('全局对照组', 'Global control'),
        value: say(explained.control ? text('在组内', 'In it') : text('不在', 'Not in it')),
      },
      {
        label: text('最近触达', 'Latest contacts'),
        value: say(text(`${sent} 次,查看明细`, `${sent}, see them`)),
        href,
      },
    ]
  },
}

function summary({ could }: Explained, of: MessageClass): Text {
  const own = could.filter((one) => one.class === of)
  const open = own.filter(({ verdict }) => verdict === 'reserved').length
  const why = own.find(({ verdict }) => verdict !== 'reserved')?.why?.text
  if (open === channels.length) return text('各渠道均可触达', 'May go by every channel')
  if (open === 0) return text(`暂不可触达:${why?.zh}`, `May not go now: ${why?.en}`)
  return text(`${channels.length} 个渠道中 ${open} 个可触达`, `May go by ${open} of ${channels.length} channels`)
}

export function registerContactSection(): void {
  registerSection(section)
}
