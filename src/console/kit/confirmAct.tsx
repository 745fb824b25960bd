import { App, Input } from 'antd'
import { type ReactNode, useCallback, useId, useState } from 'react'
import { RequestId } from './states.tsx'
import { useText } from './text.ts'

export type Act = {
  title: string
  /** What will happen, in a sentence or two: who is hit, what stops, whether it can be undone. */
  says: ReactNode
  ok: string
  danger?: boolean
  /** For the gravest: the person must type this word, usually the thing's name. */
  typed?: string
  run: () => Promise<unknown>
  /** Said when it is done. */
  done?: string
}

/** Asks before an act that matters, does it, and says so; a failure is shown in the same box, which stays open. */
export function useConfirmAct(): (act: Act) => void {
  const { modal, message } = App.useApp()
  const t = useText()
  return useCallback(
    (act: Act) => {
      let word = ''
      let failure: unknown
      const box = modal.confirm({
        title: act.title,
        okText: act.ok,
        cancelText: t('取消', 'Cancel'),
        okButtonProps: { danger: act.danger, disabled: act.typed !== undefined },
        width: 460,
        content: draw(),
        async onOk() {
          try {
            await act.run()
          } catch (error) {
            failure = error
            box.update({ content: draw() })
            throw error
          }
          if (act.done) message.success(act.done)
        },
      })
      function draw() {
        return <ActBox act={act} failure={failure} type={typing} />
      }
      function typing(next: string) {
        word = next
        box.update({ okButtonProps: { danger: act.danger, disabled: word.trim() !== act.typed } })
      }
    },
    [modal, message, t],
  )
}

function ActBox({ act, failure, type }: { act: Act; failure: unknown; type: (word: string) => void }) {
  const t = useText()
  const id = useId()
  const [word, setWord] = useState('')
  return (
    <>
      <div>{act.says}</div>
      {act.typed === undefined ? null : (
        <label className="zx-typed" htmlFor={id}>
          <span>
            {t('请输入', 'Type ')}
            <strong>{act.typed}</strong>
            {t('以确认', ' to confirm')}
          </span>
          <Input
            id={id}
            value={word}
            autoComplete="off"
            onChange={(event) => {
              setWord(event.target.value)
              type(event.target.value)
            }}
          />
        </label>
      )}
      {failure instanceof Error ? (
        <div role="alert" className="zx-act-failure">
          {failure.message}
          <RequestId error={failure} />
        </div>
      ) : null}
    </>
  )
}

/** For small changes without a question: does it, says it is done or what went wrong. */
export function useAct(): (run: () => Promise<unknown>, done: string) => Promise<boolean> {
  const { message } = App.useApp()
  return useCallback(
    async (run, done) => {
      try {
        await run()
        message.success(done)
        return true
      } catch (error) {
        message.error(error instanceof Error ? error.message : String(error))
        return false
      }
    },
    [message],
  )
}
