import { App } from 'antd'
import { useEffect } from 'react'
import { useBlocker } from 'react-router'
import { useText } from './text.ts'

/** While something typed is not saved, leaving asks first: by a link, Back, or closing the window. */
export function useLeaveGuard(dirty: boolean) {
  const t = useText()
  const { modal } = App.useApp()
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => dirty && currentLocation.pathname !== nextLocation.pathname,
  )

  useEffect(() => {
    if (blocker.state !== 'blocked') return
    const box = modal.confirm({
      title: t('有未保存的修改', 'There are unsaved changes'),
      content: t('离开后,本页填写的内容将丢失。', 'What you typed here is lost when you leave.'),
      okText: t('放弃修改并离开', 'Drop them and leave'),
      okButtonProps: { danger: true },
      cancelText: t('继续编辑', 'Go on editing'),
      onOk: () => blocker.proceed(),
      onCancel: () => blocker.reset(),
    })
    return () => box.destroy()
  }, [blocker, modal, t])

  useEffect(() => {
    if (!dirty) return
    const hold = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', hold)
    return () => window.removeEventListener('beforeunload', hold)
  }, [dirty])
}
