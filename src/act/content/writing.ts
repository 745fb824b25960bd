import { getOrg } from '../../govern/orgs/orgs.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { attributesOf } from '../../sense/catalog/catalog.ts'
import { valuesOf } from '../../sense/customers/customers.ts'
import { getIdentityOf } from '../../sense/identity/identity.ts'
import {
  type Checked,
  type ContentIssue,
  forms,
  namespaces,
  type Preview,
  type Previewing,
  type Writing,
} from './contract.ts'
import { type Parsed, parseField, renderField, scopeOf } from './liquid.ts'
import { reviewed } from './review.ts'

/** What is wrong with a content, what it speaks of, and what the lists say to it. Never throws for what stands in it. */
export async function checkWriting(ctx: Ctx, writing: Writing): Promise<Checked> {
  const { parsed, issues } = parseAll(writing)
  const variables = [...new Set([...parsed.values()].flatMap((one) => one.variables))].sort()
  const known = new Set((await attributesOf(ctx, 'customer')).keys())
  const review = await reviewed(ctx, writing)
  return {
    variables,
    findings: review.findings,
    issues: [...issues, ...unknownVariables(parsed, known), ...review.issues],
  }
}

/** Each field of the channel's form that is written, ready to be rendered. */
export function parseAll(writing: Writing): { parsed: Map<string, Parsed>; issues: ContentIssue[] } {
  const issues: ContentIssue[] = []
  const parsed = new Map<string, Parsed>()
  const form = forms[writing.channel]
  for (const name of Object.keys(writing.fields))
    if (!form.some((one) => one.name === name))
      issues.push({ field: name, level: 'error', zh: '这个渠道没有这一项', en: 'The channel has no such field' })
  for (const field of form) {
    const source = writing.fields[field.name] ?? ''
    if (source.trim() === '') {
      if (field.required)
        issues.push({ field: field.name, level: 'error', zh: `请填写${field.zh}`, en: `${field.en} is required` })
      continue
    }
    if (source.length > field.max) {
      issues.push({
        ...{ field: field.name, level: 'error' },
        ...{
          zh: `最多 ${field.max} 个字符,现有 ${source.length} 个`,
          en: `At most ${field.max} characters, here are ${source.length}`,
        },
      })
      continue
    }
    const one = parseField(field, source)
    if ('templates' in one) parsed.set(field.name, one)
    else issues.push(one)
  }
  return { parsed, issues }
}

function unknownVariables(parsed: ReadonlyMap<string, Parsed>, attributes: ReadonlySet<string>): ContentIssue[] {
  return [...parsed].flatMap(([field, { variables }]) =>
    variables.flatMap((path): ContentIssue[] => {
      const [space = '', name = ''] = path.split('.')
      if (!(namespaces as readonly string[]).includes(space))
        return [
          {
            ...{ field, level: 'error' },
            ...{
              zh: `没有变量“${path}”,可用的有 ${namespaces.join('、')}`,
              en: `There is no ${path}: use ${namespaces.join(', ')}`,
            },
          },
        ]
      if (space === 'customer' && !attributes.has(name))
        return [{ field, level: 'error', zh: `客户没有属性“${name}”`, en: `Customers have no attribute ${name}` }]
      return []
    }),
  )
}

/** As one customer would read it, masked where the reader may not see. Values of events, products and benefits are asked of `given`. */
export async function previewFor(ctx: Ctx, { customer, ...writing }: Previewing): Promise<Preview> {
  const who = await getIdentityOf(ctx, customer)
  const { parsed, issues } = parseAll(writing)
  const names = [...parsed.values()]
    .flatMap(({ variables }) => variables)
    .flatMap((path) => /^customer\.(.+)$/.exec(path)?.[1] ?? [])
  const [values, org] = await Promise.all([valuesOf(ctx, [who.customer], names, 'masked'), orgValues(ctx, who.org)])
  const scope = scopeOf({ customer: values.get(who.customer) ?? {}, org }, writing.fallbacks)
  const fields: Record<string, string> = {}
  const missing = new Set<string>()
  for (const [name, one] of parsed) {
    const rendered = renderField(one, scope)
    if ('text' in rendered) fields[name] = rendered.text
    else if ('missing' in rendered) missing.add(rendered.missing)
    else missing.add(name)
  }
  for (const { field, level } of issues) if (level === 'error' && !(field in fields)) missing.add(field)
  return {
    fields,
    missing: [...missing].sort(),
  }
}

async function orgValues(ctx: Ctx, org: string): Promise<Record<string, unknown>> {
  const { name, code } = await getOrg(ctx, org)
  return { name, code }
}
