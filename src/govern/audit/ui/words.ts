import { type Text, text } from '../../../console/kit/text.ts'
import type { FaultKind } from '../contract.ts'

export const whoKinds: Record<'user' | 'key' | 'machine' | 'nobody', Text> = {
  user: text('用户', 'User'),
  key: text('服务密钥', 'Service key'),
  machine: text('系统', 'System'),
  nobody: text('未登录', 'Not signed in'),
}

/** The beginnings of action names, which are the capabilities, for the filter. */
export const actionGroups: readonly { value: string; label: Text }[] = [
  { value: 'orgs.', label: text('机构', 'Organisations') },
  { value: 'access.', label: text('登录与权限', 'Sign-in and access') },
  { value: 'privacy.', label: text('个人信息', 'Personal data') },
  { value: 'system.', label: text('系统管理', 'System') },
  { value: 'audit.', label: text('审计', 'Audit') },
]

export const faultNames: Record<FaultKind, Text> = {
  'entry-changed': text('记录被修改', 'Entry changed'),
  'entry-removed': text('记录被删除', 'Entry removed'),
  'entry-inserted': text('记录被插入', 'Entry inserted'),
  'link-changed': text('链接被修改', 'Link changed'),
  'link-removed': text('链接被删除', 'Link removed'),
  'link-inserted': text('链接被插入', 'Link inserted'),
  'seal-changed': text('封印被修改', 'Seal changed'),
  'tail-cut': text('链尾被截断', 'End cut off'),
  'anchor-changed': text('与库外锚点不符', 'Differs from the outside anchor'),
}

/** What an action is called; one that has no name here is shown by its own. */
export const actionNames: Record<string, Text> = {
  'access.sign_in': text('登录', 'Sign-in'),
  'access.sign_in.refused': text('登录被拒', 'Sign-in refused'),
  'access.sign_out': text('退出登录', 'Sign-out'),
  'access.session.end': text('结束会话', 'Session ended'),
  'access.me.edit': text('修改个人资料', 'Own profile changed'),
  'access.me.password': text('修改本人密码', 'Own password changed'),
  'access.user.create': text('新建用户', 'User created'),
  'access.user.edit': text('修改用户', 'User changed'),
  'access.user.disable': text('停用用户', 'User disabled'),
  'access.user.enable': text('启用用户', 'User enabled'),
  'access.user.lock': text('锁定用户', 'User locked'),
  'access.user.unlock': text('解锁用户', 'User unlocked'),
  'access.user.reset_password': text('重置密码', 'Password reset'),
  'access.user.sign_out': text('强制下线', 'User signed out'),
  'access.role.create': text('新建角色', 'Role created'),
  'access.role.edit': text('修改角色', 'Role changed'),
  'access.role.copy': text('复制角色', 'Role copied'),
  'access.role.delete': text('删除角色', 'Role deleted'),
  'access.key.create': text('新建服务密钥', 'Service key made'),
  'access.key.revoke': text('吊销服务密钥', 'Service key revoked'),
  'audit.verify': text('核验审计链', 'Chain checked'),
  'orgs.org.create': text('新建机构', 'Organisation created'),
  'orgs.org.edit': text('修改机构', 'Organisation changed'),
  'orgs.org.move': text('调整机构上级', 'Organisation moved'),
  'orgs.org.close': text('撤销机构', 'Organisation closed'),
  'orgs.org.reopen': text('恢复机构', 'Organisation reopened'),
  'privacy.view': text('查看个人信息明文', 'Personal data seen in clear'),
  'privacy.keys.make': text('生成数据密钥', 'Data key made'),
  'privacy.keys.rotate': text('轮换数据密钥', 'Data key rotated'),
  'privacy.master.rotate': text('更换主密钥包裹', 'Keys wrapped anew'),
  'system.code.create': text('新建码值集', 'Code set created'),
  'system.code.edit': text('编辑码值草稿', 'Code draft changed'),
  'system.code.discard': text('放弃码值草稿', 'Code draft dropped'),
  'system.code.publish': text('发布码值', 'Code values published'),
  'system.parameter.set': text('修改系统参数', 'Parameter changed'),
  'system.parameter.reset': text('恢复参数默认值', 'Parameter put back'),
  'system.job.retry': text('重试任务', 'Job retried'),
  'system.job.remove': text('移除任务', 'Job removed'),
}

export const targetKinds: Record<string, Text> = {
  user: text('用户', 'user'),
  org: text('机构', 'organisation'),
  role: text('角色', 'role'),
  key: text('服务密钥', 'service key'),
  session: text('会话', 'session'),
  job: text('任务', 'job'),
  parameter: text('参数', 'parameter'),
  code: text('码值集', 'code set'),
  audit: text('审计链', 'audit chain'),
  customer: text('客户', 'customer'),
}

export const actionName = (action: string): Text => actionNames[action] ?? { zh: action, en: action }
export const targetKind = (kind: string): Text => targetKinds[kind] ?? { zh: kind, en: kind }
