import { Button } from 'antd'
import { useAct, useConfirmAct } from './confirmAct.tsx'
import { useText } from './text.ts'

type To = 'live' | 'paused' | 'retired'

/** Pausing and resuming what is published, and retiring it, which is asked back. */
export function TurnActs({
  state,
  turn,
  retire,
}: {
  state: 'draft' | To
  turn: (to: To) => Promise<void>
  retire: { title: string; says: string }
}) {
  const t = useText()
  const act = useAct()
  const confirm = useConfirmAct()
  const ask = () =>
    confirm({
      ...retire,
      ok: t('停用', 'Retire'),
      danger: true,
      run: () => turn('retired'),
      done: t('已停用', 'Retired'),
    })
  return (
    <>
      <Button danger onClick={ask}>
        {t('停用', 'Retire')}
      </Button>
      {state === 'live' ? (
        <Button onClick={() => void act(() => turn('paused'), t('已暂停', 'Paused'))}>{t('暂停', 'Pause')}</Button>
      ) : null}
      {state === 'paused' ? (
        <Button onClick={() => void act(() => turn('live'), t('已恢复', 'Resumed'))}>{t('恢复', 'Resume')}</Button>
      ) : null}
    </>
  )
}
