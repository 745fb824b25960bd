import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, InputNumber, Segmented } from 'antd'
import { useText } from '../../../../console/kit/text.ts'
import type { RfmCuts, RfmDefinition, RfmGroup } from '../../contract.ts'
import { withWhere } from './eventForms.tsx'
import {
  type DefinitionForm,
  EventsSelect,
  Field,
  FilterField,
  NameSelect,
  propertiesOf,
  WindowField,
} from './parts.tsx'

const axes = ['r', 'f', 'm'] as const

export const RfmForm: DefinitionForm<RfmDefinition> = (props) => {
  const t = useText()
  const { draft, change, ground, faults } = props
  const { events, amount, where, window, gives, otherwise } = draft
  return (
    <>
      <Field
        label={t('交易事件', 'Events')}
        help={t('最近一次距今为 R,次数为 F', 'How long ago is R, how often is F')}
        fault={faults['draft.events']}
      >
        <EventsSelect
          label={t('交易事件', 'Events')}
          value={events}
          ground={ground}
          change={(next) => change({ ...draft, events: next })}
        />
      </Field>
      <Field label={t('时间范围', 'When')} fault={faults['draft.window']}>
        <WindowField value={window} change={(next) => change({ ...draft, window: next })} />
      </Field>
      <Field label={t('金额 M 取', 'Money (M) is')} fault={faults['draft.amount'] ?? faults['draft.m']}>
        <Segmented
          aria-label={t('金额来源', 'Where M comes from')}
          value={draft.m === null ? 'events' : 'value'}
          onChange={(value) => change({ ...draft, m: value === 'events' ? null : 'aum' })}
          options={[
            { value: 'value', label: t('客户属性,如 AUM', 'An attribute, such as AUM') },
            { value: 'events', label: t('事件金额合计', 'The sum of the events') },
          ]}
        />
        {draft.m === null ? (
          <NameSelect
            label={t('金额属性', 'Amount')}
            placeholder={t('选择金额属性', 'Choose the amount')}
            value={amount}
            list={propertiesOf(ground, events, ['number', 'integer', 'money'])}
            change={(next) => change({ ...draft, amount: next })}
          />
        ) : (
          <NameSelect
            label={t('客户属性', 'Attribute')}
            value={draft.m}
            list={(ground.entities.find(({ name }) => name === 'customer')?.fields ?? []).filter(({ type }) =>
              ['number', 'integer', 'money'].includes(type),
            )}
            change={(next) => change({ ...draft, m: next ?? '' })}
          />
        )}
      </Field>
      <FilterField value={where} fault={faults['draft.where']} change={(next) => change(withWhere(draft, next))} />
      <CutsField {...props} />
      <Field label={t('标签值是', 'The value is')}>
        <Segmented
          aria-label={t('标签值是', 'The value is')}
          value={gives}
          onChange={(value) => change({ ...draft, gives: value as RfmDefinition['gives'] })}
          options={[
            { value: 'group', label: t('分群名称', 'The name of a group') },
            { value: 'score', label: t('三位评分,如 545', 'The score, such as 545') },
          ]}
        />
      </Field>
      {gives === 'group' ? (
        <>
          <Groups {...props} />
          <Field label={t('都不符合时', 'When none fits')} help={t('留空:没有值', 'Empty: no value')}>
            <Input
              aria-label={t('都不符合时', 'When none fits')}
              value={otherwise ?? ''}
              onChange={(event) => change({ ...draft, otherwise: event.target.value || null })}
            />
          </Field>
        </>
      ) : null}
    </>
  )
}

const emptyCuts: RfmCuts = { r: [7, 30, 90, 180], f: [2, 4, 8, 12], m: [10_000, 50_000, 200_000, 600_000] }

/** Fifths of the customers, or places that the bank sets (rule 75). */
function CutsField({ draft, change, faults }: Parameters<typeof RfmForm>[0]) {
  const t = useText()
  const { bins, cuts } = draft
  const names = { r: t('R 天数', 'R, days'), f: t('F 次数', 'F, times'), m: t('M 元', 'M, yuan') }
  const put = (axis: (typeof axes)[number], written: string) => {
    if (!cuts) return
    const list = written
      .split(/[,,\s]+/)
      .filter(Boolean)
      .map(Number)
      .filter(Number.isFinite)
      .sort((a, b) => a - b)
    change({ ...draft, cuts: { ...cuts, [axis]: list } })
  }
  return (
    <>
      <Field
        label={t('评分方法', 'How scores are cut')}
        help={
          cuts
            ? t(
                '固定边界:历史可比;达到边界进入更高一档(R 相反)',
                'Fixed places: comparable over time; a value that reaches a cut lies above it',
              )
            : t(
                '分位数:每次全量计算按客户分布重新切分,切点随计算留存',
                'Quantiles: cut anew by each computation, which keeps the cuts',
              )
        }
      >
        <div className="zx-tag-line">
          <Segmented
            aria-label={t('评分方法', 'How scores are cut')}
            value={cuts ? 'fixed' : 'quantile'}
            onChange={(value) => change({ ...draft, cuts: value === 'fixed' ? emptyCuts : null })}
            options={[
              { value: 'quantile', label: t('按分位数', 'By quantiles') },
              { value: 'fixed', label: t('按固定边界', 'At fixed places') },
            ]}
          />
          {cuts ? null : (
            <InputNumber
              aria-label={t('分几档', 'How many places')}
              min={2}
              max={10}
              suffix={t('档', 'places')}
              value={bins}
              onChange={(next) => change({ ...draft, bins: next ?? 5 })}
            />
          )}
        </div>
      </Field>
      {cuts
        ? axes.map((axis) => (
            <Field key={axis} label={names[axis]} fault={faults[`draft.cuts.${axis}`]}>
              <Input
                aria-label={names[axis]}
                defaultValue={cuts[axis].join(', ')}
                onBlur={(event) => put(axis, event.target.value)}
              />
            </Field>
          ))
        : null}
    </>
  )
}

function Groups({ draft, change }: Parameters<typeof RfmForm>[0]) {
  const t = useText()
  const { groups } = draft
  const most = draft.cuts ? Math.max(...axes.map((axis) => (draft.cuts?.[axis].length ?? 0) + 1)) : draft.bins
  const put = (i: number, part: Partial<RfmGroup>) =>
    change({ ...draft, groups: groups.map((one, at) => (at === i ? { ...one, ...part } : one)) })
  return (
    <>
      <table className="zx-tag-groups">
        <caption className="zx-quiet">{t('分群(从上到下第一个符合的)', 'Groups, the first that fits')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('名称', 'Name')}</th>
            {axes.map((axis) => (
              <th scope="col" key={axis}>
                {axis.toUpperCase()}
              </th>
            ))}
            <th scope="col">
              <span className="zx-sr">{t('操作', 'Acts')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map((one, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: groups have no name but their place
            <tr key={i}>
              <td>
                <Input
                  aria-label={t(`第 ${i + 1} 群的名称`, `Name of group ${i + 1}`)}
                  value={one.name}
                  onChange={(event) => put(i, { name: event.target.value })}
                />
              </td>
              {axes.map((axis) => (
                <td key={axis}>
                  <span className="zx-tag-range">
                    {[0, 1].map((end) => (
                      <InputNumber
                        key={end}
                        aria-label={`${one.name} ${axis.toUpperCase()} ${end === 0 ? t('从', 'from') : t('到', 'to')}`}
                        min={1}
                        max={most}
                        value={one[axis][end as 0 | 1]}
                        onChange={(next) =>
                          put(i, { [axis]: end === 0 ? [next ?? 1, one[axis][1]] : [one[axis][0], next ?? most] })
                        }
                      />
                    ))}
                  </span>
                </td>
              ))}
              <td>
                <Button
                  type="text"
                  icon={<DeleteOutlined aria-hidden />}
                  aria-label={t(`删除“${one.name}”`, `Remove ${one.name}`)}
                  onClick={() => change({ ...draft, groups: groups.filter((_, at) => at !== i) })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Button
        icon={<PlusOutlined aria-hidden />}
        onClick={() =>
          change({ ...draft, groups: [...groups, { name: '', r: [1, most], f: [1, most], m: [1, most] }] })
        }
      >
        {t('增加一群', 'Add a group')}
      </Button>
    </>
  )
}
