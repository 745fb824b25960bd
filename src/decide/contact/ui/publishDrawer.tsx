import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { Type } from 'typebox'
import { api } from '../../../console/kit/api.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import { capSentence, type Policy, type PolicyDoc } from '../contract.ts'
import { quietSentence } from './words.ts'

const Form = Type.Object({
  note: Type.String({ minLength: 1, maxLength: 200 }),
  effectiveAt: Type.Optional(Type.String()),
})

type DrawerProps = { open: boolean; close: () => void; policy: Policy; doc: PolicyDoc; done: () => void }

export function PublishDrawer({ open, close, policy, doc, done }: DrawerProps) {
  const t = useText()
  const changes = changesOf(policy, doc)
  return (
    <FormDrawer
      open={open}
      title={t(
        `发布第 ${policy.version + 1} 版(${policy.org.name})`,
        `Publish version ${policy.version + 1} (${policy.org.name})`,
      )}
      close={close}
      size={560}
      schema={Form}
      parts={[
        {
          name: 'note',
          label: text('说明', 'Why'),
          placeholder: text('例如:收紧大促期间的短信', 'For example: fewer SMS in the sale'),
          wide: true,
        },
        {
          name: 'effectiveAt',
          label: text('生效时间', 'From'),
          help: text('留空为立即生效', 'At once when empty'),
          widget: <When />,
          wide: true,
        },
      ]}
      submit={text('发布', 'Publish')}
      said={text('已发布', 'Published')}
      save={async ({ note, effectiveAt }) => {
        const { control: _, ...rest } = doc
        const body = { org: policy.org.id, version: policy.version, note, effectiveAt: effectiveAt ?? null, doc: rest }
        await api.put('/api/contact/policy', body)
        await refresh('/api/contact')
      }}
      done={done}
      reload={() => void refresh('/api/contact')}
    >
      <div className="zx-form-wide">
        <h3 className="zx-contact-h3">{t('这一版改了什么', 'What this version changes')}</h3>
        <ul className="zx-contact-diff">
          {changes.map(({ sign, said }) => (
            <li key={`${sign} ${said}`} data-sign={sign}>
              {said}
            </li>
          ))}
        </ul>
      </div>
    </FormDrawer>
  )

  function changesOf(of: Policy, next: PolicyDoc) {
    const named = (id: string | null) => of.segments.find((one) => one.id === id)?.name
    const caps = (one: PolicyDoc) => one.caps.map((cap) => t(capSentence(cap, named(cap.segment))))
    const quiet = (one: PolicyDoc) => one.quiet.map((each) => `${each.name}:${t(quietSentence(each))}`)
    const lines = [...between(caps(of.doc), caps(next)), ...between(quiet(of.doc), quiet(next))]
    const other = (key: 'classes' | 'days' | 'tuning') => JSON.stringify(of.doc[key]) !== JSON.stringify(next[key])
    const named2 = {
      classes: t('消息类别的规则', 'What classes obey'),
      days: t('本行日历', 'The bank’s own days'),
      tuning: t('延期与优先级参数', 'How waiting works'),
    }
    for (const key of ['classes', 'days', 'tuning'] as const)
      if (other(key)) lines.push({ sign: '~', said: named2[key] })
    return lines
  }
}

function between(before: readonly string[], after: readonly string[]) {
  return [
    ...after.filter((one) => !before.includes(one)).map((said) => ({ sign: '+', said })),
    ...before.filter((one) => !after.includes(one)).map((said) => ({ sign: '−', said })),
  ]
}

function When({
  id,
  value,
  onChange,
}: {
  id?: string
  value?: string
  onChange?: (value: string | undefined) => void
}) {
  return (
    <DatePicker
      id={id}
      showTime={{ format: 'HH:mm' }}
      style={{ width: '100%' }}
      minDate={dayjs()}
      value={value ? dayjs(value) : null}
      onChange={(at) => onChange?.(at ? at.toISOString() : undefined)}
    />
  )
}
