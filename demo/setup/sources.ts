import type { Api } from '../doors/api.ts'
import type { Source } from '../doors/messages.ts'

type SourceRow = { project: string; writeKey: string; state: 'on' | 'off' }
type Node = { id: string; code: string; level: number }

const sources: Record<Source, { name: string; kind: 'app' | 'mini-program' | 'web' | 'server'; note: string }> = {
  app: { name: '手机银行', kind: 'app', note: '演示银行:手机银行 App,神策协议' },
  mini: { name: '微信小程序', kind: 'mini-program', note: '演示银行:微信小程序,神策协议' },
  web: { name: '网上银行', kind: 'web', note: '演示银行:网上银行页面,Segment 协议' },
  core: { name: '核心与网点系统', kind: 'server', note: '演示银行:核心系统与网点柜面,原生协议' },
}

/** The write keys of the bank's sources, which are made where they are not there yet. */
export async function ensureSources(api: Api): Promise<Record<Source, string>> {
  const { items: orgs } = await api.get<{ items: Node[] }>('/api/orgs/tree')
  const head = orgs.find(({ level }) => level === 1)
  if (!head) throw new Error('the service key sees no organisation')
  const { items } = await api.get<{ items: SourceRow[] }>('/api/catalog/sources?limit=200')
  const known = new Map(items.map((row) => [row.project, row.writeKey]))
  for (const [project, source] of Object.entries(sources))
    if (!known.has(project)) {
      const made = await api.post<SourceRow>('/api/catalog/sources', { ...source, project, org: head.id })
      known.set(project, made.writeKey)
    }
  const keyOf = (project: Source) => known.get(project) ?? project
  return { app: keyOf('app'), mini: keyOf('mini'), web: keyOf('web'), core: keyOf('core') }
}
