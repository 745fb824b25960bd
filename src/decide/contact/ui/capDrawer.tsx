import { Radio, Select } from 'antd'
import { useState } from 'react'
import { Type } from 'typebox'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import type { FormPart } from '../../../console/kit/schemaForm.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { Cap, type CapWindow, capSentence, MessageClass, type Policy, scopes } from '../contract.ts'
import { freshId } from './draft.ts'
import { channelChoices, classChoices } from './words.ts'

type Values = Record<string, unknown>

const Form = Type.Object({
  limit: Cap.properties.limit,
  windowKind: Type.Enum(['rolling', 'calendar']),
  length: Type.Optional(Type.Integer({ minimum: 1, maximum: 400 })),
  rollingUnit: Type.Optional(Type.Enum(['hour', 'day', 'week'])),
  calendarUnit: Type.Optional(Type.Enum(['day', 'week', 'month'])),
  classes: Type.Array(MessageClass, { minItems: 1 }),
  scope: Type.Enum(scopes),
  value: Type.Optional(Type.String({ maxLength: 100 })),
  segment: Type.Optional(Type.String()),
})

const scopeChoices = [
  { value: 'all', label: text('全部触达合计', 'All contacts together') },
  { value: 'channel', label: text('渠道', 'Channel') },
  { value: 'scene', label: text('场景 / 产品线', 'Scene or product line') },
  { value: 'account', label: text('渠道账号', 'Account') },
  { value: 'strategy', label: text('策略', 'Strategy') },
]

type DrawerProps = {
  open: boolean
  cap: Cap | undefined
  policy: Policy
  taken: readonly Cap[]
  close: () => void
  save: (cap: Cap) => void
}

export function CapDrawer({ open, cap, policy, taken, close, save }: DrawerProps) {
  const t = useText()
  const initial = valuesOf(cap)
  const [now, setNow] = useState<Values>(initial)
  const written = capOf(now, cap?.id ?? freshId('cap', taken))
  const segment = policy.segments.find(({ id }) => id === written?.segment)?.name
  return (
    <FormDrawer
      open={open}
      title={cap ? t('编辑频控规则', 'Edit the cap') : t('新增频控规则', 'New cap')}
      close={close}
      size={520}
      schema={Form}
      initial={initial}
      watch={setNow}
      parts={partsOf(now, policy, t)}
      submit={text('确定', 'OK')}
      said={false}
      save={async (values) => {
        const made = capOf(values, cap?.id ?? freshId('cap', taken))
        if (made) save(made)
      }}
    >
      <p className="zx-contact-preview zx-form-wide" aria-live="polite">
        {written ? t(capSentence(written, segment)) : t('填写后在此显示规则', 'The rule appears here')}
      </p>
    </FormDrawer>
  )
}

function valuesOf(cap: Cap | undefined): Values {
  if (!cap)
    return {
      limit: 3,
      windowKind: 'rolling',
      length: 7,
      rollingUnit: 'day',
      calendarUnit: 'day',
      classes: ['marketing'],
      scope: 'all',
    }
  const { window } = cap
  const calendar = window.kind === 'calendar'
  return {
    limit: cap.limit,
    windowKind: window.kind,
    length: calendar ? 7 : window.length,
    rollingUnit: calendar ? 'day' : window.unit,
    calendarUnit: calendar ? window.unit : 'day',
    classes: cap.classes,
    scope: cap.scope,
    value: cap.value ?? undefined,
    segment: cap.segment ?? undefined,
  }
}

function capOf(values: Values, id: string): Cap | undefined {
  const { limit, classes, scope, value, segment } = values as Partial<Cap>
  if (limit === undefined || limit === null || !classes?.length || !scope) return undefined
  return {
    ...{ id, limit, classes, scope, window: windowOf(values) },
    value: scope === 'all' ? null : value || null,
    segment: segment || null,
  }
}

function windowOf(values: Values): CapWindow {
  if (values.windowKind === 'calendar')
    return { kind: 'calendar', unit: values.calendarUnit as CapWindow['unit'], length: 1 }
  return {
    kind: 'rolling',
    unit: values.rollingUnit as CapWindow['unit'],
    length: (values.length as number | null) ?? 1,
  }
}

function partsOf(now: Values, policy: Policy, t: ReturnType<typeof useText>): FormPart[] {
  const rolling = now.windowKind !== 'calendar'
  const units = rolling
    ? [
        { value: 'hour', label: text('小时', 'Hours') },
        { value: 'day', label: text('天', 'Days') },
        { value: 'week', label: text('周', 'Weeks') },
      ]
    : [
        { value: 'day', label: text('自然日', 'Day') },
        { value: 'week', label: text('自然周(周一起)', 'Week (from Monday)') },
        { value: 'month', label: text('自然月', 'Month') },
      ]
  return [
    { name: 'classes', label: text('消息类别', 'Classes'), options: classChoices, wide: true },
    { name: 'limit', label: text('最多次数', 'At most'), help: text('0 表示不得触达', '0: never') },
    {
      name: 'windowKind',
      label: text('周期', 'Window'),
      widget: (
        <Radio.Group
          optionType="button"
          options={[
            { value: 'rolling', label: t('滚动', 'Rolling') },
            { value: 'calendar', label: t('自然周期', 'Calendar') },
          ]}
        />
      ),
    },
    ...(rolling ? [{ name: 'length', label: text('长度', 'Length') }] : []),
    { name: rolling ? 'rollingUnit' : 'calendarUnit', label: text('单位', 'Unit'), options: units },
    { name: 'scope', label: text('计数范围', 'Counted'), options: scopeChoices, wide: true },
    ...valuePart(now),
    {
      name: 'segment',
      label: text('仅对客群', 'Only for a segment'),
      help: text('不选则对所有客户;名单取该客群最近一次快照', 'Everyone when none; its members at the latest snapshot'),
      widget: (
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('所有客户', 'Everyone')}
          options={policy.segments.map(({ id, name }) => ({ value: id, label: name }))}
        />
      ),
      wide: true,
    },
  ]
}

function valuePart(now: Values): FormPart[] {
  if (now.scope === 'all' || now.scope === undefined) return []
  const each = text('留空表示每一个各自计数', 'Each by itself when empty')
  if (now.scope === 'channel')
    return [
      {
        name: 'value',
        label: text('哪个渠道', 'Which channel'),
        widget: 'choice',
        options: channelChoices,
        help: each,
        wide: true,
      },
    ]
  return [{ name: 'value', label: text('编号或名称', 'Its id or name'), help: each, wide: true }]
}
