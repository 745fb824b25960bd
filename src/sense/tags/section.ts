import { read } from '../../platform/change.ts'
import { text } from '../../platform/problem.ts'
import { formatInstant, homeZone } from '../../platform/time/zone.ts'
import { registerSection } from '../customers/customers.ts'
import type { EqlType } from '../eql/contract.ts'
import { type OwnValue, valuesOfCustomer } from './facts.ts'
import { allTags } from './store.ts'

registerSection({
  key: 'tags',
  title: text('标签', 'Tags'),
  phase: 'sense',
  async load(ctx, { id, members }) {
    const tags = (await read(ctx, allTags)).filter(({ run, type }) => run !== null && type !== null)
    if (tags.length === 0) return []
    const found = await valuesOfCustomer(ctx.facts, members, {
      tags: tags.map((tag) => tag.id),
      runs: tags.flatMap(({ run }) => run ?? []),
    })
    const own = new Map<string, OwnValue>()
    // His own number goes before those that were merged into it.
    for (const row of found.toSorted(
      (a, b) => Number(b.customer === id) - Number(a.customer === id) || a.customer - b.customer,
    ))
      if (!own.has(row.tag)) own.set(row.tag, row)
    return tags.flatMap(({ id: tag, name, type }) => {
      const row = own.get(tag)
      if (!row || type === null) return []
      return [{ label: { zh: name, en: name }, value: writtenValue(row, type, ctx.lang), href: `/sense/tags/${tag}` }]
    })
  },
})

const dayMs = 86_400_000

/** As a person reads it. */
function writtenValue({ whole, number, text: words, list }: OwnValue, type: EqlType, lang: 'zh' | 'en'): string {
  const n = Number(whole ?? 0)
  switch (type) {
    case 'text':
      return words ?? ''
    case 'list':
      return list.join(lang === 'zh' ? '、' : ', ')
    case 'boolean':
      return lang === 'zh' ? (n ? '是' : '否') : n ? 'yes' : 'no'
    case 'number':
      return String(Math.round((number ?? 0) * 10_000) / 10_000)
    case 'integer':
      return n.toLocaleString('en')
    case 'money':
      return `${(n / 100).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${lang === 'zh' ? '元' : 'yuan'}`
    case 'day':
      return new Date(n * dayMs).toISOString().slice(0, 10)
    case 'time':
      return formatInstant(new Date(n), homeZone)
  }
}
