import { App, Drawer } from 'antd'
import { useState } from 'react'
import { SchemaForm, type SchemaFormProps } from './schemaForm.tsx'
import { useText } from './text.ts'

type DrawerProps = SchemaFormProps & { open: boolean; title: string; close: () => void; size?: number }

/** A form at the side of what it changes; closing it with something typed asks first. */
export function FormDrawer({ open, title, close, size = 480, ...form }: DrawerProps) {
  const t = useText()
  const { modal } = App.useApp()
  const [dirty, setDirty] = useState(false)
  function leave() {
    if (!dirty) return close()
    modal.confirm({
      title: t('有未保存的修改', 'There are unsaved changes'),
      content: t('关闭后,填写的内容将丢失。', 'What you typed is lost when you close this.'),
      okText: t('放弃修改', 'Drop them'),
      okButtonProps: { danger: true },
      cancelText: t('继续编辑', 'Go on editing'),
      onOk() {
        setDirty(false)
        close()
      },
    })
  }
  return (
    <Drawer open={open} title={title} size={size} onClose={leave} destroyOnHidden>
      <SchemaForm
        {...form}
        cancel={leave}
        onDirty={setDirty}
        done={() => {
          form.done?.()
          close()
        }}
        reload={
          form.reload &&
          (() => {
            form.reload?.()
            close()
          })
        }
      />
    </Drawer>
  )
}
