import { Modal, Radio, Tag } from 'antd'
import { type Static, Type } from 'typebox'
import { api } from '../../../console/kit/api.ts'
import { useFormats } from '../../../console/kit/format.ts'
import { SchemaForm } from '../../../console/kit/schemaForm.tsx'
import { useCan } from '../../../console/kit/session.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import type { Conflict, ConflictSide, Decide } from '../contract.ts'
import { conflictColours, conflictStates } from './words.ts'

const Answer = Type.Object({
  answer: Type.Enum(['one', 'other', 'keep-apart', 'ignore']),
  reason: Type.String({ minLength: 1, maxLength: 200 }),
})
type Answer = Static<typeof Answer>

/** Two customers side by side, what joins them, and the four answers there are. */
export function DecideModal({ conflict, close }: { conflict: Conflict | undefined; close: () => void }) {
  const t = useText()
  return (
    <Modal
      open={conflict !== undefined}
      title={t('是同一个人吗?', 'Are they one person?')}
      footer={null}
      onCancel={close}
      destroyOnHidden
      width={760}
    >
      {conflict ? <Sheet conflict={conflict} close={close} /> : null}
    </Modal>
  )
}

function Sheet({ conflict, close }: { conflict: Conflict; close: () => void }) {
  const t = useText()
  const { time, number } = useFormats()
  const can = useCan()
  const { one, other, via, state } = conflict
  return (
    <>
      <p className="zx-quiet">
        {t(
          `${time(conflict.firstSeen)} 至 ${time(conflict.lastSeen)},两位客户与同一“${via.name.zh}”一起出现 ${number(conflict.count)} 次。`,
          `From ${time(conflict.firstSeen)} to ${time(conflict.lastSeen)} both were seen with one “${via.name.en}”, ${number(conflict.count)} times.`,
        )}
      </p>
      <div className="zx-id-pair">
        <SideCard side={one} via={conflict.via} />
        <SideCard side={other} via={conflict.via} />
      </div>
      {state === 'open' ? null : (
        <p>
          <Tag color={conflictColours[state]}>{t(conflictStates[state])}</Tag>
          {conflict.decided
            ? `${conflict.decided.by.name} · ${time(conflict.decided.at)} · ${conflict.reason ?? ''}`
            : ''}
        </p>
      )}
      {can('identity.merge.edit') && state !== 'merged' ? <Form conflict={conflict} close={close} /> : null}
    </>
  )
}

/** Enough to tell two people apart; his graph shows all. */
const most = 10

function SideCard({ side, via }: { side: ConflictSide; via: Conflict['via'] }) {
  const t = useText()
  const { time } = useFormats()
  return (
    <section className="zx-id-person">
      <h3>
        #{side.customer}
        {side.was === side.customer ? null : (
          <small className="zx-quiet"> {t(`原 #${side.was}`, `was #${side.was}`)}</small>
        )}
      </h3>
      <p className="zx-quiet">
        {side.orgName} · {t('首次出现', 'first seen')} {time(side.bornAt)}
      </p>
      <ul>
        {side.identities.slice(0, most).map(({ kind, name, strong, value }) => (
          <li
            key={`${kind}${value}`}
            className={kind === via.kind && value === via.value ? 'zx-id-person-via' : undefined}
          >
            <span>
              {t(name)} {strong ? <Tag color="warning">{t('强', 'Strong')}</Tag> : null}
            </span>
            <code>{value}</code>
          </li>
        ))}
        {side.identities.length > most ? (
          <li className="zx-quiet">
            {t(`另有 ${side.identities.length - most} 个`, `${side.identities.length - most} more`)}
          </li>
        ) : null}
      </ul>
    </section>
  )
}

function Form({ conflict, close }: { conflict: Conflict; close: () => void }) {
  const t = useText()
  const { one, other } = conflict
  const choices: { value: Answer['answer']; label: string; help: string }[] = [
    {
      value: 'one',
      label: t(`是同一人,保留 #${one.customer}`, `One person, #${one.customer} stays`),
      help: t(`#${other.customer} 的身份和历史并入,可撤销`, `#${other.customer} comes along; it can be undone`),
    },
    {
      value: 'other',
      label: t(`是同一人,保留 #${other.customer}`, `One person, #${other.customer} stays`),
      help: t(`#${one.customer} 的身份和历史并入,可撤销`, `#${one.customer} comes along; it can be undone`),
    },
    { value: 'keep-apart', label: t('不是同一人', 'Two people'), help: t('以后不再询问', 'Never asked again') },
    { value: 'ignore', label: t('暂不处理', 'Not now'), help: t('再次出现时重新询问', 'Asked again when seen again') },
  ]
  return (
    <SchemaForm
      schema={Answer}
      parts={[
        {
          name: 'answer',
          label: text('判断', 'Decision'),
          wide: true,
          widget: (
            <Radio.Group className="zx-id-answers">
              {choices.map(({ value, label, help }) => (
                <Radio key={value} value={value}>
                  {label} <span className="zx-quiet">{help}</span>
                </Radio>
              ))}
            </Radio.Group>
          ),
        },
        { name: 'reason', label: text('依据', 'Grounds'), widget: 'area' },
      ]}
      submit={text('确定', 'Decide')}
      said={text('已处理', 'Decided')}
      cancel={close}
      done={close}
      reload={() => {
        close()
        void refresh('/api/identity')
      }}
      save={async (values) => {
        const { answer, reason } = values as Answer
        const merge = answer === 'one' || answer === 'other'
        const decision: Decide = {
          version: conflict.version,
          decision: merge ? 'merge' : answer,
          reason,
          ...(merge ? { winner: conflict[answer].customer } : {}),
        }
        await api.post(`/api/identity/conflicts/${conflict.id}/decide`, decision)
        await refresh('/api/identity')
      }}
    />
  )
}
