import { type Text, text } from '../../../console/kit/text.ts'
import type {
  Alert,
  CheckKind,
  ConnectionKind,
  MappingState,
  Run,
  RunState,
  TestStep,
  Timetable,
  Way,
} from '../contract.ts'

export const kindNames: Record<ConnectionKind, Text> = {
  postgres: text('PostgreSQL', 'PostgreSQL'),
  mysql: text('MySQL / MariaDB', 'MySQL / MariaDB'),
  s3: text('对象存储(S3)', 'S3 storage'),
  folder: text('文件夹', 'Folder'),
}

export const stepNames: Record<TestStep, Text> = {
  name: text('主机名', 'Name'),
  port: text('端口', 'Port'),
  tls: text('加密', 'Encryption'),
  'sign-in': text('登录', 'Sign-in'),
  permission: text('权限', 'Permission'),
}

export const tlsNames = {
  verify: text('加密并校验证书', 'Encrypted, the certificate checked'),
  encrypt: text('加密,不校验证书', 'Encrypted, any certificate'),
  off: text('不加密', 'Not encrypted'),
}

export const wayNames: Record<Way, Text> = {
  mapped: text('就地读取', 'Read in place'),
  loaded: text('装载', 'Loaded'),
}

export const stateNames: Record<MappingState, Text> = {
  draft: text('草稿', 'Draft'),
  on: text('已启用', 'On'),
  off: text('已停用', 'Off'),
}
export const stateColours: Record<MappingState, string | undefined> = {
  draft: undefined,
  on: 'success',
  off: 'warning',
}

export const runNames: Record<RunState, Text> = {
  waiting: text('等待中', 'Waiting'),
  reading: text('读取中', 'Reading'),
  sending: text('写入中', 'Sending'),
  done: text('完成', 'Done'),
  stopped: text('检查未通过', 'Stopped by a check'),
  failed: text('失败', 'Failed'),
  cancelled: text('已取消', 'Cancelled'),
}
export const runColours: Record<RunState, string> = {
  waiting: 'default',
  reading: 'processing',
  sending: 'processing',
  done: 'success',
  stopped: 'warning',
  failed: 'error',
  cancelled: 'default',
}
export const causeNames: Record<Run['cause'], Text> = {
  timetable: text('定时', 'Timetable'),
  hand: text('手动', 'By hand'),
  reload: text('重新装载', 'Reload'),
}

export const checkNames: Record<CheckKind, Text> = {
  rows: text('行数', 'Rows'),
  change: text('行数变化', 'Change of rows'),
  nulls: text('空值占比', 'Share of empty values'),
  range: text('取值范围', 'Range'),
  unique: text('唯一键', 'Unique key'),
  values: text('允许的值', 'Allowed values'),
  fresh: text('新鲜度', 'Freshness'),
}

export const actNames: Record<'warn' | 'stop', Text> = {
  warn: text('告警', 'Warn'),
  stop: text('停止,保留原有数据', 'Stop, keep what is there'),
}

export const alertNames: Record<Alert['kind'], Text> = {
  quality: text('质量', 'Quality'),
  delay: text('延迟', 'Delay'),
  failed: text('运行失败', 'Failed run'),
}

export function timetableText({ kind, minutes, cron }: Timetable): Text {
  if (kind === 'every') return text(`每 ${minutes} 分钟`, `Every ${minutes} minutes`)
  return kind === 'cron' ? text(`定时 ${cron}`, `At ${cron}`) : text('手动', 'By hand')
}

export const isBusy = (state: RunState | undefined) => state === 'waiting' || state === 'reading' || state === 'sending'

export const optionsOf = <K extends string>(names: Record<K, Text>) =>
  (Object.keys(names) as K[]).map((value) => ({ value, label: names[value] }))
