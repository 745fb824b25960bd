import { Modal } from 'antd'
import type { ReactNode } from 'react'
import { Type } from 'typebox'
import { SchemaForm } from '../../../console/kit/schemaForm.tsx'
import { type Text, text } from '../../../console/kit/text.ts'

type Props = {
  open: boolean
  title: string
  says: ReactNode
  submit: Text
  done: Text | false
  close: () => void
  save: (reason: string) => Promise<unknown>
}

const Reason = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 200 }) })

/** Says what will happen and asks for the words that go into the record. */
export function ReasonModal({ open, title, says, submit, done, close, save }: Props) {
  return (
    <Modal open={open} title={title} footer={null} onCancel={close} destroyOnHidden width={480}>
      <div className="zx-id-says">{says}</div>
      <SchemaForm
        schema={Reason}
        parts={[{ name: 'reason', label: text('原因', 'Reason'), widget: 'area' }]}
        submit={submit}
        said={done}
        cancel={close}
        done={close}
        save={({ reason }) => save(String(reason))}
      />
    </Modal>
  )
}
