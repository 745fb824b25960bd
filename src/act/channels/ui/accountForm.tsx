import { Type } from 'typebox'
import type { FormPart } from '../../../console/kit/schemaForm.tsx'
import { text } from '../../../console/kit/text.ts'
import { OrgPicker } from '../../../govern/orgs/ui/orgPicker.tsx'
import { type Account, AccountEdit, type Field, type KindForm, NewAccount } from '../contract.ts'
import { WindowsField } from './windowsField.tsx'

type Values = Record<string, unknown>

function partOf(prefix: string, { name, label, help, placeholder, area, options }: Field): FormPart {
  return {
    name: `${prefix}.${name}`,
    label,
    ...(help ? { help } : {}),
    ...(placeholder ? { placeholder } : {}),
    ...(area ? { widget: 'area' as const } : {}),
    ...(options ? { options } : {}),
  }
}

const number = Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 }))

/** The form of an account of that kind, by the schema its server has; `held` are secrets that are kept already. */
export function accountSchema(kind: KindForm, held: readonly string[] | undefined) {
  const secrets = Type.Object(
    Object.fromEntries(
      kind.secrets.map(({ name, needed }) => {
        const secret = Type.String({ maxLength: 10_000 })
        return [
          name,
          needed && !held?.includes(name) ? Type.String({ minLength: 1, maxLength: 10_000 }) : Type.Optional(secret),
        ]
      }),
    ),
  )
  const own = {
    settings: kind.schema as ReturnType<typeof Type.Object>,
    ...(kind.secrets.length > 0 ? { secrets } : {}),
    price: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    perSecond: number,
    perMinute: number,
    perDay: number,
  }
  return held === undefined
    ? Type.Object({ ...NewAccount.properties, ...own })
    : Type.Object({ ...AccountEdit.properties, name: NewAccount.properties.name, ...own })
}

export function accountParts(kind: KindForm, fresh: boolean): readonly FormPart[] {
  const own = kind.fields.map((field) => partOf('settings', field))
  const secrets = kind.secrets.map((field): FormPart => {
    const part = partOf('secrets', field)
    const keep = text('留空则不变', 'Empty: as it was')
    if (!('name' in part)) return part
    return {
      ...part,
      widget: field.area ? 'area' : 'new-password',
      ...(fresh || field.help ? {} : { help: keep }),
    }
  })
  return [
    { name: 'name', label: text('名称', 'Name'), placeholder: text('例如:行业短信', 'For example: notices') },
    ...(fresh ? [{ name: 'org', label: text('归属机构', 'Organisation'), widget: <OrgPicker /> }] : []),
    ...(own.length > 0 ? [{ section: text('接入', 'Connection') }, ...own] : []),
    ...(secrets.length > 0
      ? [
          { section: text('密钥', 'Secrets'), hint: text('加密保存,不再显示', 'Kept sealed, never shown again') },
          ...secrets,
        ]
      : []),
    {
      section: text('速率、时段与费用', 'Rate, windows, price'),
      hint: text('速率在所有进程间合并计算;留空为不限', 'Rates are counted over all processes; empty: none'),
    },
    { name: 'perSecond', label: text('每秒上限', 'A second') },
    { name: 'perMinute', label: text('每分钟上限', 'A minute') },
    { name: 'perDay', label: text('每日上限', 'A day') },
    {
      name: 'price',
      label: text(`单价(元/${kind.unit.zh})`, `Price (yuan a ${kind.unit.en})`),
      placeholder: text('0.0385', '0.0385'),
    },
    {
      name: 'failuresMax',
      label: text('连续失败几次后自动暂停', 'Failures in a row before it rests'),
      placeholder: text('20', '20'),
    },
    { name: 'windows', label: text('允许发送时段', 'When it may send'), widget: <WindowsField />, wide: true },
  ]
}

/** What the form shows of an account: prices in yuan. */
export function formOfAccount({
  name,
  settings,
  price,
  perSecond,
  perMinute,
  perDay,
  windows,
  failuresMax,
}: Account): Values {
  return { name, settings, price: price / 10_000, windows, failuresMax, ...filled({ perSecond, perMinute, perDay }) }
}

function filled(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}

/** What is sent: prices in ten-thousandths of a yuan, no rate as null, empty secrets left out. */
export function toSend(values: Values): Values {
  const { price, secrets, settings, perSecond, perMinute, perDay, windows, failuresMax, ...rest } = values
  const given = Object.entries((secrets ?? {}) as Values).filter(([, value]) => value !== undefined && value !== '')
  return {
    ...rest,
    settings: settings ?? {},
    ...(given.length > 0 ? { secrets: Object.fromEntries(given) } : {}),
    price: Math.round(Number(price ?? 0) * 10_000),
    perSecond: perSecond ?? null,
    perMinute: perMinute ?? null,
    perDay: perDay ?? null,
    windows: windows ?? [],
    ...(failuresMax === undefined ? {} : { failuresMax }),
  }
}
