import { Type } from 'typebox'
import type { FormPart } from '../../../console/kit/schemaForm.tsx'
import { text } from '../../../console/kit/text.ts'
import { OrgPicker } from '../../../govern/orgs/ui/orgPicker.tsx'
import { type Connection, ConnectionEdit, type ConnectionKind, NewConnection, settingsOf } from '../contract.ts'
import { kindNames, optionsOf, tlsNames } from './words.ts'

export function placeText({ kind, settings }: Pick<Connection, 'kind' | 'settings'>): string {
  if (kind === 'folder') return settings.path ?? ''
  if (kind === 's3') return `${settings.endpoint ?? ''}/${settings.bucket ?? ''}`
  return `${settings.user ?? ''}@${settings.host ?? ''}:${settings.port ?? ''}/${settings.database ?? ''}`
}

const tls: FormPart = { name: 'settings.tls', label: text('加密', 'Encryption'), options: optionsOf(tlsNames) }

const partsOf: Record<ConnectionKind, readonly FormPart[]> = {
  postgres: databaseParts('5432'),
  mysql: databaseParts('3306'),
  s3: [
    {
      name: 'settings.endpoint',
      label: text('地址', 'Address'),
      placeholder: text('https://存储主机', 'https://storage.host'),
    },
    { name: 'settings.bucket', label: text('桶', 'Bucket') },
    { name: 'settings.region', label: text('区域', 'Region'), placeholder: text('us-east-1', 'us-east-1') },
    { name: 'settings.user', label: text('访问密钥 ID', 'Access key') },
    tls,
  ],
  folder: [
    {
      name: 'settings.path',
      label: text('路径', 'Path'),
      placeholder: text('/data/warehouse', '/data/warehouse'),
      help: text('须在系统参数“允许读取的文件夹”之内', 'Below a folder of the parameter “Folders that may be read”'),
    },
  ],
}

function databaseParts(port: string): readonly FormPart[] {
  return [
    { name: 'settings.host', label: text('主机', 'Host') },
    { name: 'settings.port', label: text('端口', 'Port'), placeholder: text(port, port) },
    { name: 'settings.database', label: text('数据库', 'Database') },
    { name: 'settings.user', label: text('账号', 'User'), help: text('建议只读账号', 'Best one that can only read') },
    tls,
  ]
}

export function connectionParts(kind: ConnectionKind, fresh: boolean): readonly FormPart[] {
  const secret: FormPart = {
    name: 'secret',
    label: kind === 's3' ? text('访问密钥', 'Secret key') : text('密码', 'Password'),
    widget: 'new-password',
    ...(fresh
      ? {}
      : {
          help: text(
            '留空则不变;地址、账号或加密方式改变时须重填',
            'Empty: as it was; needed again when the address, user or encryption changes',
          ),
        }),
  }
  return [
    { name: 'name', label: text('名称', 'Name'), placeholder: text('例如:核心数仓', 'For example core warehouse') },
    ...(fresh
      ? ([
          { name: 'kind', label: text('类型', 'Kind'), options: optionsOf(kindNames) },
          { name: 'org', label: text('归属机构', 'Organisation'), widget: <OrgPicker /> },
        ] satisfies FormPart[])
      : []),
    ...partsOf[kind],
    ...(kind === 'folder' ? [] : [secret]),
  ]
}

/** As the server checks it, and what the kind needs besides. */
export function connectionSchema(kind: ConnectionKind, fresh: boolean) {
  const settings = settingsOf(kind)
  return fresh
    ? Type.Object({ ...NewConnection.properties, settings })
    : Type.Object({ ...ConnectionEdit.properties, settings })
}
