import { type Text, text } from '../../../platform/problem.ts'

export type BuiltInRole = { key: string; name: Text; about: Text; permissions: readonly string[] }

/**
 * The people a bank has, with what they may do. A pattern takes in what a capability adds later: `*` stands for any part of
 * a permission's id.
 */
export const builtInRoles: readonly BuiltInRole[] = [
  {
    key: 'admin',
    name: text('系统管理员', 'System administrator'),
    about: text('用户、机构与系统', 'Users, organisations and the system'),
    permissions: [
      'orgs.*',
      'access.*',
      'system.*',
      'audit.*',
      'privacy.keys.*',
      'catalog.*',
      'collect.*',
      'identity.*',
      'imports.*',
      'warehouse.*',
      'contact.policy.*',
      'contact.control.*',
      'channels.*',
    ],
  },
  {
    key: 'operator',
    name: text('运营', 'Operator'),
    about: text('总行运营人员', 'Operates for the head office'),
    permissions: [
      'orgs.read',
      'system.code.*',
      'catalog.*',
      'collect.*',
      'identity.*',
      'customers.*',
      'imports.*',
      'tags.*',
      'segments.*',
      'content.read',
      'content.edit',
      'messages.*',
      'contact.*',
      'warehouse.read',
      'warehouse.mapping.*',
      'warehouse.bad_row.export',
      'channels.*',
    ],
  },
  {
    key: 'analyst',
    name: text('数据分析', 'Analyst'),
    about: text('标签、模型与分析', 'Tags, models and analysis'),
    permissions: [
      'orgs.read',
      'system.code.read',
      'system.health.read',
      'catalog.*',
      'collect.*',
      'identity.*.read',
      'customers.*',
      'imports.read',
      'imports.run',
      'warehouse.read',
      'warehouse.mapping.*',
      'tags.*',
      'segments.*',
      'contact.*.read',
    ],
  },
  {
    key: 'branch',
    name: text('分行运营', 'Branch operator'),
    about: text('把总行策略落到本机构', 'Localises head-office strategies'),
    permissions: [
      'orgs.read',
      'system.code.read',
      'customers.*',
      'catalog.*.read',
      'tags.tag.*',
      'segments.segment.*',
      'content.read',
      'content.edit',
      'messages.*',
      'contact.policy.*',
      'contact.list.*',
      'contact.customer.read',
      'channels.account.read',
      'channels.test.send',
    ],
  },
  {
    key: 'approver',
    name: text('审批', 'Approver'),
    about: text('审核策略与内容', 'Reviews strategies and content'),
    permissions: [
      'orgs.read',
      'access.user.read',
      'audit.entry.read',
      'contact.policy.read',
      'content.read',
      'content.review',
    ],
  },
  {
    key: 'rm',
    name: text('客户经理', 'Relationship manager'),
    about: text('处理客户任务', 'Works the task list'),
    permissions: ['orgs.read', 'customers.*', 'contact.customer.read'],
  },
  {
    key: 'risk',
    name: text('风控合规', 'Risk and compliance'),
    about: text('反欺诈、内容合规与隐私', 'Anti-fraud, content review and privacy'),
    permissions: [
      'orgs.read',
      'access.*.read',
      'audit.*',
      'privacy.*',
      'customers.*',
      'identity.*',
      'catalog.*.read',
      'collect.*',
      'tags.*.read',
      'segments.*.read',
      'content.read',
      'content.review',
      'content.words.edit',
      'messages.*',
      'contact.*',
      'channels.account.read',
      'channels.account.switch',
    ],
  },
  {
    key: 'executive',
    name: text('管理层', 'Executive'),
    about: text('看板与经营成效', 'Dashboards and results'),
    permissions: ['orgs.read'],
  },
  {
    key: 'developer',
    name: text('开发', 'Developer'),
    about: text('接入 SDK 与接口', 'Connects SDKs and the API'),
    permissions: [
      'orgs.read',
      'access.key.*',
      'system.code.read',
      'system.job.read',
      'system.health.read',
      'catalog.*',
      'collect.*',
      'identity.*.read',
      'warehouse.read',
      'warehouse.connection.edit',
      'warehouse.mapping.*',
      'channels.account.*',
      'channels.seed.edit',
      'channels.test.send',
    ],
  },
]

/** The permissions of the catalogue that the ids and patterns take in. */
export function expand(held: Iterable<string>, catalogue: readonly string[]): Set<string> {
  const patterns = [...held].map((pattern) => new RegExp(`^${pattern.split('*').map(literally).join('.*')}$`))
  return new Set(catalogue.filter((id) => patterns.some((pattern) => pattern.test(id))))
}

function literally(part: string): string {
  return part.replace(/[.\\+?^${}()|[\]]/g, '\\$&')
}
