import { CheckCircleFilled, CloseCircleFilled, ExclamationCircleFilled } from '@ant-design/icons'
import { Progress } from 'antd'
import { Detail, type DetailItem } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { Health, HealthCheck, HealthState } from '../contract.ts'
import { healthNames } from './words.ts'
import './system.css'

const marks = {
  ok: <CheckCircleFilled aria-hidden />,
  warn: <ExclamationCircleFilled aria-hidden />,
  bad: <CloseCircleFilled aria-hidden />,
}

export function HealthMark({ state }: { state: HealthState }) {
  const t = useText()
  return (
    <span className={`zx-health zx-health-${state}`}>
      {marks[state]}
      <span>{t(healthNames[state])}</span>
    </span>
  )
}

export function HealthPage() {
  const t = useText()
  const { second } = useFormats()
  const asked = useApi<Health>('/api/system/health', undefined, { refetchEvery: 10_000 })
  return (
    <>
      <PageHead
        title={t('系统健康', 'System health')}
        tags={asked.data ? <HealthMark state={asked.data.state} /> : null}
        hint={
          asked.data
            ? t(
                `检查时间 ${second(asked.data.at)},每 10 秒更新`,
                `Looked at ${second(asked.data.at)}, every 10 seconds`,
              )
            : undefined
        }
      />
      <Answer of={asked}>{(health) => <HealthSheet health={health} />}</Answer>
    </>
  )
}

function HealthSheet({ health }: { health: Health }) {
  const t = useText()
  return (
    <>
      <Panel title={t('检查项', 'What was looked at')}>
        <Checks checks={health.checks} />
      </Panel>
      <div className="zx-engines">
        <EnginePanel name="PostgreSQL" role={t('业务状态', 'State')} engine={health.postgres} />
        <EnginePanel name="ClickHouse" role={t('事实与分析', 'Facts')} engine={health.clickhouse} />
        <ProgramPanel health={health} />
      </div>
    </>
  )
}

export function Checks({ checks }: { checks: readonly HealthCheck[] }) {
  const t = useText()
  return (
    <ul className="zx-checks">
      {checks.map((check) => (
        <li key={check.id} className={`zx-health-${check.state}`}>
          {marks[check.state]}
          <p>
            <strong>{t(check.name)}</strong> <small>{t(healthNames[check.state])}</small>
          </p>
          <p className="zx-quiet">{t(check.detail)}</p>
        </li>
      ))}
    </ul>
  )
}

function EnginePanel({ name, role, engine }: { name: string; role: string; engine: Health['postgres'] }) {
  const t = useText()
  const { bytes, span } = useFormats()
  const { applied, known } = engine.migration
  const items: (DetailItem | false)[] = [
    { label: t('版本', 'Version'), value: engine.version },
    { label: t('往返时延', 'Round trip'), value: engine.roundTripMs === null ? null : span(engine.roundTripMs) },
    { label: t('数据大小', 'Size'), value: engine.sizeBytes === null ? null : bytes(engine.sizeBytes) },
    engine.connections !== null && {
      label: t('连接', 'Connections'),
      value: `${engine.connections.used} / ${engine.connections.max}`,
    },
    {
      label: t('结构版本', 'Schema'),
      value:
        applied === known
          ? t(`${applied}(最新)`, `${applied} (newest)`)
          : t(`${applied ?? '—'},程序需要 ${known ?? '—'}`, `${applied ?? '—'}, the program brings ${known ?? '—'}`),
    },
  ]
  return (
    <Panel title={`${name} · ${role}`} extra={<HealthMark state={engine.ok ? 'ok' : 'bad'} />}>
      <Detail items={items} />
    </Panel>
  )
}

function ProgramPanel({ health }: { health: Health }) {
  const t = useText()
  const { bytes, span, number } = useFormats()
  const { disk, jobs, audit, process } = health
  const used = disk ? Math.round((1 - disk.freeBytes / disk.totalBytes) * 100) : 0
  return (
    <Panel title={t('程序与主机', 'Program and machine')}>
      <Detail
        items={[
          { label: t('已运行', 'Up for'), value: span(process.uptimeSeconds * 1000) },
          { label: t('占用内存', 'Memory'), value: bytes(process.residentBytes) },
          { label: 'Node.js', value: process.node },
          jobs !== null && {
            label: t('最早等待的任务', 'Oldest waiting job'),
            value: jobs.oldestWaitingSeconds > 0 ? span(jobs.oldestWaitingSeconds * 1000) : t('无', 'none'),
          },
          audit !== null && {
            label: t('审计封存延迟', 'Audit sealing lag'),
            value: t(
              `${span(audit.lagSeconds * 1000)}(待封存 ${number(audit.unsealed)} 条)`,
              `${span(audit.lagSeconds * 1000)} (${number(audit.unsealed)} to seal)`,
            ),
          },
          disk !== null && {
            label: t('磁盘', 'Disk'),
            wide: true,
            value: (
              <>
                <Progress
                  percent={used}
                  size="small"
                  status={used > 90 ? 'exception' : 'normal'}
                  aria-label={t('磁盘已用', 'Disk used')}
                />
                {t(
                  `剩余 ${bytes(disk.freeBytes)},共 ${bytes(disk.totalBytes)}`,
                  `${bytes(disk.freeBytes)} free of ${bytes(disk.totalBytes)}`,
                )}
              </>
            ),
          },
        ]}
      />
    </Panel>
  )
}
