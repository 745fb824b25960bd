import { Problem, type Text, text } from '../../platform/problem.ts'
import type { OrgKind, OrgState } from './contract.ts'

/** As much of an organisation as the rules need. `path`: ids from the root down to itself, joined by dots. */
export type Standing = { id: string; path: string; kind: OrgKind; state: OrgState }

export const kindNames: Record<OrgKind, Text> = {
  head: text('总行', 'Head office'),
  branch: text('分行', 'Branch'),
  'sub-branch': text('支行', 'Sub-branch'),
  department: text('部门', 'Department'),
}

/** First-level branches may have second-level ones, sub-branches may have smaller ones; departments stand anywhere. */
const mayStandUnder: Record<OrgKind, readonly OrgKind[]> = {
  head: [],
  branch: ['head', 'branch'],
  'sub-branch': ['head', 'branch', 'sub-branch'],
  department: ['head', 'branch', 'sub-branch', 'department'],
}

export function isWithin(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}.`)
}

/** The ids above it, from the root down. */
export function idsAbove(path: string): string[] {
  return path.split('.').slice(0, -1)
}

function refuse(code: string, zh: string, en: string): Problem {
  return new Problem('conflict', `orgs.${code}`, text(zh, en))
}

export function kindRefusal(kind: OrgKind, parent: OrgKind): Problem | undefined {
  if (mayStandUnder[kind].includes(parent)) return undefined
  const [k, p] = [kindNames[kind], kindNames[parent]]
  return refuse(
    'kind_place',
    `${k.zh}不能设在${p.zh}之下`,
    `A ${k.en.toLowerCase()} cannot stand under a ${p.en.toLowerCase()}`,
  )
}

const rootStays = () =>
  refuse('root', '总行是机构树的根,不能移动或撤销', 'The head office is the root: it cannot be moved or closed')
const closedParent = () => refuse('closed_parent', '上级机构已撤销', 'The organisation above is closed')
const isClosed = () => refuse('closed', '该机构已撤销,请先恢复', 'The organisation is closed: reopen it first')

/** Why `org` cannot get a new child of that kind; undefined when it can. */
export function addRefusal(kind: OrgKind, parent: Standing): Problem | undefined {
  if (parent.state === 'closed') return closedParent()
  return kindRefusal(kind, parent.kind)
}

/** Why `org` cannot be moved under `parent`; undefined when it can. */
export function moveRefusal(org: Standing, parent: Standing): Problem | undefined {
  if (!org.path.includes('.')) return rootStays()
  if (org.state === 'closed') return isClosed()
  if (isWithin(parent.path, org.path))
    return refuse('circle', '不能移动到自己或自己的下级之下', 'It cannot be moved under itself or what is below it')
  if (idsAbove(org.path).at(-1) === parent.id)
    return refuse('same_parent', '它已在该机构之下', 'It stands there already')
  return addRefusal(org.kind, parent)
}

/** Why the kind cannot be changed; `children` are the kinds directly below. */
export function editRefusal(
  org: Standing,
  kind: OrgKind | undefined,
  parent: OrgKind | undefined,
  children: readonly OrgKind[],
): Problem | undefined {
  if (org.state === 'closed') return isClosed()
  if (kind === undefined || kind === org.kind) return undefined
  if (parent === undefined || kind === 'head')
    return refuse('one_head', '总行只有一个,且不能改为其他类型', 'There is one head office, and it stays one')
  const under = kindRefusal(kind, parent)
  if (under) return under
  for (const child of children) {
    const refusal = kindRefusal(child, kind)
    if (refusal) return refusal
  }
  return undefined
}

/** `scope` is the path that the actor works in; undefined for the machine. */
export function closeRefusal(org: Standing, openBelow: number, scope: string | undefined): Problem | undefined {
  if (!org.path.includes('.')) return rootStays()
  if (org.state === 'closed') return isClosed()
  if (org.path === scope)
    return refuse(
      'own_top',
      '您的数据范围以此机构为顶,须由上级撤销',
      'It is the top of your own scope: the level above closes it',
    )
  if (openBelow > 0)
    return refuse(
      'has_open_children',
      `其下还有 ${openBelow} 个未撤销的机构`,
      `${openBelow} organisations below it are still open`,
    )
  return undefined
}

export function reopenRefusal(org: Standing, parent: Standing): Problem | undefined {
  if (org.state === 'open') return refuse('open', '该机构未撤销', 'The organisation is not closed')
  return parent.state === 'closed' ? closedParent() : undefined
}

/** Each after its parent and before its parent's next child; siblings by `sort`, then code. Tops have no parent here. */
export function depthFirst<T extends { id: string; parent: string | null; sort: number; code: string }>(
  orgs: readonly T[],
): T[] {
  const here = new Set(orgs.map((org) => org.id))
  const children = Map.groupBy(orgs, (org) => (org.parent !== null && here.has(org.parent) ? org.parent : ''))
  for (const siblings of children.values())
    siblings.sort((a, b) => a.sort - b.sort || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0))
  const ordered: T[] = []
  const waiting = [...(children.get('') ?? [])].reverse()
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    ordered.push(next)
    waiting.push(...[...(children.get(next.id) ?? [])].reverse())
  }
  return ordered
}
