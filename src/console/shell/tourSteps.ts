import { type Text, text } from '../kit/text.ts'

/** A thing to look at, with its number where the API has one. */
export type TourStep = {
  id: string
  title: Text
  /** What is to be seen there, and why it is worth it. */
  look: Text
  to: string
  go: Text
  /** Whoever lacks it is told with which account of the demo it can be seen. */
  needs: string
  as: string
  count?: { ask: string; of: (answer: unknown) => number | undefined; unit: Text }
}

type Page = { items: unknown[]; next: string | null }
const sumOf = (answer: unknown) =>
  (answer as { items: { count: number }[] }).items.reduce((sum, one) => sum + one.count, 0)
const lines = (answer: unknown) => (answer as Page).items.length

export const tourSteps: readonly TourStep[] = [
  {
    id: 'live',
    title: text('看数据正在进来', 'Watch data arrive'),
    look: text(
      '手机银行、小程序、网银和核心系统的事件此刻仍在上报。选一个数据源,停一会儿,展开一条看它的身份与属性——个人信息对所有人都是掩码。',
      'Events of the app, the mini-program, the web bank and core banking still come in. Choose a source, wait a moment, open one: its identities and properties, personal data masked for everyone.',
    ),
    to: '/sense/live',
    go: text('打开实时数据', 'Open live data'),
    needs: 'collect.live.read',
    as: 'yunying',
    count: {
      ask: '/api/collect/status',
      of: (answer) => (answer as { stored: number }).stored,
      unit: text('条消息,近 24 小时', 'messages in 24 hours'),
    },
  },
  {
    id: 'customer',
    title: text('认识一位客户', 'Meet a customer'),
    look: text(
      '列表按最近活跃排列。打开第一位:他的身份、属性及来源、持有与一年的行为都在一页上;需要明文时填写理由,会留痕。',
      'The list begins with who was active last. Open the first: identities, attributes and where they came from, a year of what he did, on one page. Clear values are shown for a reason, and recorded.',
    ),
    to: '/sense/customers',
    go: text('打开客户', 'Open customers'),
    needs: 'customers.read',
    as: 'yunying',
    count: {
      ask: '/api/customers?limit=1',
      of: (answer) => (answer as { items: { events30: number }[] }).items[0]?.events30,
      unit: text('个事件:最近活跃的客户,近 30 天', 'events in 30 days of the one active last'),
    },
  },
  {
    id: 'conflict',
    title: text('处理一个身份冲突', 'Decide an identity conflict'),
    look: text(
      '柜员把另一位客户的证件号录进了业务:两位都有确定身份,机器从不自行合并。对比两人,决定合并或保持分开;合并以后也可以撤销。',
      'A teller typed the certificate of another customer. Both are known for certain, so no machine joins them: compare the two, merge them or keep them apart. A merge can be undone.',
    ),
    to: '/sense/identity',
    go: text('打开身份冲突', 'Open conflicts'),
    needs: 'identity.merge.read',
    as: 'yunying',
    count: {
      ask: '/api/identity/conflicts?limit=200&state=open',
      of: lines,
      unit: text('个冲突待处理', 'conflicts are open'),
    },
  },
  {
    id: 'merges',
    title: text('看登录如何把设备归到人', 'See how a login joins a device to a person'),
    look: text(
      '登录之前的浏览先记在匿名客户名下,登录时并入本人,历史一行不改。家人共用的平板不会把两个人并成一个。',
      'What a device did before its owner signed in first belongs to an anonymous customer, and joins his own at the login without a row of history being rewritten. A tablet that a family shares joins nobody.',
    ),
    to: '/sense/identity?tab=merges',
    go: text('打开合并记录', 'Open merges'),
    needs: 'identity.merge.read',
    as: 'yunying',
  },
  {
    id: 'plan',
    title: text('读一读埋点方案', 'Read the tracking plan'),
    look: text(
      '演示银行声明了它的事件;“转账成功”和“生活缴费”为严格校验。方案之外出现的属性在“待确认”里,由人采纳或忽略。',
      'The bank has declared its events; the ones for transfers and bills are strict. Properties that nobody declared wait as proposals for a person to take or ignore.',
    ),
    to: '/sense/plan',
    go: text('打开埋点方案', 'Open the plan'),
    needs: 'catalog.plan.read',
    as: 'kaifa',
    count: {
      ask: '/api/catalog/events?limit=1',
      of: (answer) => (answer as { counts: { active: number } }).counts.active,
      unit: text('个事件在用', 'events in use'),
    },
  },
  {
    id: 'rejects',
    title: text('找到被拒收的数据', 'Find what was refused'),
    look: text(
      '旧版 App 的属性名带空格,页面忘了事件名,批量程序没给时间:每一条都留着,写明原因。选一条,修正后重放。',
      'An old app names a property with a space, a page forgets the name of an event, a batch job the time: each is kept with its reason. Choose one, mend it, send it again.',
    ),
    to: '/sense/rejects',
    go: text('打开异常数据', 'Open rejected data'),
    needs: 'collect.reject.read',
    as: 'yunying',
    count: { ask: '/api/collect/rejects/summary', of: sumOf, unit: text('条待处理', 'are open') },
  },
  {
    id: 'import',
    title: text('导入一份脏文件', 'Import a dirty file'),
    look: text(
      '下载下面的客户清单再导入:GB18030 与 UTF-8 混用、全角数字、错误日期、重复客户。先检查,看每个坏行的原因,再导入好的行。',
      'Download a list of customers and import it: GB18030 mixed with UTF-8, full-width digits, wrong dates, customers twice. Check first, read why rows are bad, then import the good ones.',
    ),
    to: '/sense/imports/new',
    go: text('新建导入', 'New import'),
    needs: 'imports.run',
    as: 'yunying',
  },
  {
    id: 'entities',
    title: text('看银行的“物”', 'Look at the things of the bank'),
    look: text(
      '产品、持仓、机构、员工、商户由银行的文件导入,与客户按关系相连,是以后圈人和推荐的素材。',
      'Products, holdings, branches, employees and merchants came by the bank’s own files, and are tied to customers by relations: what segments and offers are made of.',
    ),
    to: '/sense/entities',
    go: text('打开实体模型', 'Open the entity model'),
    needs: 'catalog.entity.read',
    as: 'kaifa',
    count: {
      ask: '/api/catalog/entities',
      of: (answer) =>
        (answer as { items: { items: number | null }[] }).items.reduce((sum, one) => sum + (one.items ?? 0), 0),
      unit: text('个产品、持仓等', 'products, holdings and more'),
    },
  },
  {
    id: 'contact',
    title: text('看什么时候能打扰客户', 'See when a customer may be disturbed'),
    look: text(
      '频控写成一句话,一周的勿扰画成条带;再打开“触达预测”,选一个客群,看一次短信会被策略挡下多少、因为什么。',
      'Caps read as sentences and quiet hours as strips of a week. Then open the forecast, choose a segment, and see what a message would lose to the policy.',
    ),
    to: '/decide/contact',
    go: text('打开触达策略', 'Open the contact policy'),
    needs: 'contact.policy.read',
    as: 'yunying',
  },
  {
    id: 'scope',
    title: text('换成分行的眼睛', 'See it as a branch does'),
    look: text(
      '退出后以 fenhang(江城分行)登录:同一页客户列表,只剩本分行的客户;没有权限的页面不出现。',
      'Sign out, and in as fenhang (a branch): the same list holds only the customers of that branch, and pages without permission are gone.',
    ),
    to: '/sense/customers',
    go: text('打开客户', 'Open customers'),
    needs: 'customers.read',
    as: 'fenhang',
  },
  {
    id: 'audit',
    title: text('核对审计链', 'Check the audit chain'),
    look: text(
      '您刚才做的每件事都在这里,逐条以哈希相连。点“立即校验”:任何一条被改动、删除或插入都会被指出。',
      'Everything you have just done is here, each entry tied to the one before by its hash. Verify: any entry that was changed, removed or put in is named.',
    ),
    to: '/govern/audit',
    go: text('打开审计', 'Open the audit'),
    needs: 'audit.entry.read',
    as: 'fengkong',
    count: {
      ask: '/api/audit/chain',
      of: (answer) =>
        (answer as { sealed: number; unsealed: number }).sealed + (answer as { unsealed: number }).unsealed,
      unit: text('条审计记录', 'audit entries'),
    },
  },
  {
    id: 'channels',
    title: text('看渠道是否健康', 'See whether channels are well'),
    look: text(
      '短信、邮件、推送、企业微信已接到演示银行的模拟网关。打开一个账号:速率、时段、单价与今日流量;向种子名单发一条测试,回执随后出现在日志里。',
      'SMS, mail, push and WeCom are connected to the stand-ins of the practice bank. Open one: rate, windows, price, traffic of today. Send a test to the seed list: its receipt comes into the log.',
    ),
    to: '/act/channels',
    go: text('打开渠道账号', 'Open channel accounts'),
    needs: 'channels.account.read',
    as: 'yunying',
    count: { ask: '/api/channels/accounts?limit=200', of: lines, unit: text('个渠道账号', 'channel accounts') },
  },
]
