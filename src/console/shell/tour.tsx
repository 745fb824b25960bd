import { CheckOutlined, DownloadOutlined } from '@ant-design/icons'
import { Button, Checkbox, Progress } from 'antd'
import type { MouseEvent } from 'react'
import { useNavigate } from 'react-router'
import { useFormats } from '../kit/format.ts'
import { useKept } from '../kit/kept.ts'
import { PageHead } from '../kit/pageHead.tsx'
import { useCan } from '../kit/session.tsx'
import { useText } from '../kit/text.ts'
import { useApi } from '../kit/useApi.ts'
import { type TourStep, tourSteps } from './tourSteps.ts'
import './tour.css'

/** Of the demo only: what there is to look at, with its real numbers. How far one is, this browser keeps for each person. */
export function TourPage() {
  const t = useText()
  const can = useCan()
  const [seen, keep] = useKept<readonly string[]>('tour', [])
  const done = tourSteps.filter(({ id }) => seen.includes(id)).length
  const next = tourSteps.find(({ id, needs }) => !seen.includes(id) && can(needs))?.id
  const mark = (id: string, is: boolean) => keep(is ? [...new Set([...seen, id])] : seen.filter((one) => one !== id))
  return (
    <>
      <PageHead
        title={t('导览', 'Tour')}
        hint={t(
          '演示银行的数据是虚构的,系统是真的:每一步都指向正在运行的页面,数字是此刻的。',
          'The bank is invented, the system is real: each step points at a page as it runs, with the numbers of this moment.',
        )}
      >
        <div className="zx-tour-progress">
          <span>{t(`已看 ${done} / ${tourSteps.length}`, `${done} of ${tourSteps.length} seen`)}</span>
          <Progress
            percent={Math.round((done / tourSteps.length) * 100)}
            showInfo={false}
            size="small"
            aria-label={t('导览进度', 'Progress of the tour')}
          />
        </div>
      </PageHead>
      <ol className="zx-tour">
        {tourSteps.map((step, i) => (
          <Step
            key={step.id}
            step={step}
            place={i + 1}
            seen={seen.includes(step.id)}
            next={step.id === next}
            mark={(is) => mark(step.id, is)}
          />
        ))}
      </ol>
    </>
  )
}

/** `next`: the first one not seen yet, which is where to go on. */
type StepProps = { step: TourStep; place: number; seen: boolean; next: boolean; mark: (is: boolean) => void }

function Step({ step, place, seen, next, mark }: StepProps) {
  const t = useText()
  const may = useCan()(step.needs)
  const navigate = useNavigate()
  const open = (event: MouseEvent<HTMLElement>) => {
    mark(true)
    // In another tab as the browser does it; here without loading the console again.
    if (event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    void navigate(step.to)
  }
  return (
    <li className={seen ? 'zx-tour-step zx-tour-seen' : 'zx-tour-step'}>
      <span className="zx-tour-place" aria-hidden>
        {seen ? <CheckOutlined /> : place}
      </span>
      <div className="zx-tour-words">
        <h2>{t(step.title)}</h2>
        <p>{t(step.look)}</p>
        <div className="zx-tour-acts">
          {may ? (
            <Button type={next ? 'primary' : 'default'} href={step.to} onClick={open}>
              {t(step.go)}
            </Button>
          ) : (
            <span className="zx-quiet">
              {t('请用账号', 'Sign in as')} <code>{step.as}</code> {t('查看', 'to see it')}
            </span>
          )}
          {step.id === 'import' && may ? <DirtyFiles /> : null}
          <Checkbox checked={seen} onChange={(event) => mark(event.target.checked)}>
            {t('看过了', 'Seen')}
          </Checkbox>
        </div>
      </div>
      {may && step.count ? <Count count={step.count} /> : null}
    </li>
  )
}

function Count({ count }: { count: NonNullable<TourStep['count']> }) {
  const t = useText()
  const { number } = useFormats()
  const { data } = useApi<unknown>(count.ask, undefined, { refetchEvery: 10_000 })
  const value = data === undefined ? undefined : count.of(data)
  if (value === undefined) return null
  return (
    <p className="zx-tour-count">
      <strong>{number(value)}</strong>
      <span>{t(count.unit)}</span>
    </p>
  )
}

type Files = { items: { name: string; size: number }[] }

/** Exports with the faults of real ones, which the practice bank has written beside its history. */
function DirtyFiles() {
  const { data } = useApi<Files>('/api/demo/files')
  return data?.items.map(({ name, size }) => (
    <Button
      key={name}
      href={`/api/demo/files/${encodeURIComponent(name)}`}
      download={name}
      icon={<DownloadOutlined aria-hidden />}
    >
      {name} ({Math.ceil(size / 1024)} KB)
    </Button>
  ))
}
