import { Detail } from '../../../console/kit/detail.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { Sentence } from '../../eql/ui/sentence.tsx'
import type { RfmCuts, TagDetail, Version } from '../contract.ts'
import { SharesChart } from './sharesChart.tsx'
import { driftName, scheduleName, typeNames } from './words.ts'

/** What it says of how many, and how that is found out. */
export function Overview({ tag }: { tag: TagDetail }) {
  const t = useText()
  const { number, time } = useFormats()
  const latest = tag.versions[0]
  const run = tag.runs.at(-1)
  const drift = driftName(tag.drift)
  const share = tag.covered !== null && tag.universe ? ` (${((100 * tag.covered) / tag.universe).toFixed(1)}%)` : ''
  return (
    <>
      <div className="zx-tag-editor">
        <Panel title={t('取值分布', 'Distribution')}>
          {run?.shares && tag.type ? (
            <SharesChart shares={run.shares} type={tag.type} codes={latest?.codes ?? []} covered={run.covered} />
          ) : (
            <Empty
              title={t('还没有值', 'No values yet')}
              hint={t('发布并计算(或写入)后,这里显示分布。', 'Once it is published and computed, or values are given.')}
            />
          )}
        </Panel>
        <Panel>
          <Detail
            items={[
              {
                label: t('覆盖客户', 'Covered'),
                value: tag.covered === null ? blank : `${number(tag.covered)}${share}`,
              },
              { label: t('值的类型', 'Type'), value: tag.type ? t(typeNames[tag.type]) : blank },
              { label: t('数据时点', 'Values as of'), value: time(tag.computedAt) },
              {
                label: t('较上次漂移', 'Drift since the last'),
                value: drift ? `${t(drift.name)} (PSI ${(tag.drift ?? 0).toFixed(3)})` : blank,
              },
              { label: t('计算计划', 'Schedule'), value: t(scheduleName(tag)) },
              { label: t('下次计算', 'Next'), value: time(tag.nextAt) },
              { label: t('当前版本', 'Version'), value: tag.version > 0 ? `v${tag.version}` : blank },
              { label: t('目录', 'Folder'), value: tag.folder || blank },
              { label: t('负责人', 'Owner'), value: tag.owner || blank },
              { label: t('机构', 'Organisation'), value: tag.org.name },
              { label: t('最近被使用', 'Last used'), value: time(tag.usedAt) },
              tag.keepDays !== null && {
                label: t('值的有效期', 'A value is kept'),
                value: t(`${tag.keepDays} 天`, `${tag.keepDays} days`),
              },
              tag.expiresOn !== null && { label: t('标签失效日', 'Ends on'), value: tag.expiresOn },
            ]}
          />
        </Panel>
      </div>
      <Panel title={t('口径', 'Definition')}>
        {latest ? (
          <Definition version={latest} cuts={run?.cuts ?? null} />
        ) : (
          <Empty
            title={t('还没有发布', 'Not published yet')}
            hint={t('编辑口径,试算后发布。', 'Edit the definition, try it, publish it.')}
          />
        )}
      </Panel>
    </>
  )
}

function Definition({ version, cuts }: { version: Version; cuts: RfmCuts | null }) {
  const t = useText()
  if (version.text === null)
    return <p className="zx-quiet">{t('它的值由名单、模型或接口写入。', 'Its values are given, not computed.')}</p>
  return (
    <>
      {cuts ? <Cuts of={cuts} /> : null}
      <Sentence lines={version.sentence} />
      <pre className="zx-tag-text">{version.text}</pre>
    </>
  )
}

/** Where the last computation cut the scores. */
function Cuts({ of }: { of: RfmCuts }) {
  const t = useText()
  const { number } = useFormats()
  const line = (list: readonly number[]) => list.map((one) => number(Math.round(one * 100) / 100)).join(' / ')
  return (
    <p className="zx-quiet">
      {t('最近一次切点', 'Cuts of the last computation')}: R {line(of.r)} · F {line(of.f)} · M {line(of.m)}
    </p>
  )
}

export function Versions({ tag }: { tag: TagDetail }) {
  const t = useText()
  const { time } = useFormats()
  if (tag.versions.length === 0) return <Empty title={t('还没有发布', 'Not published yet')} />
  return (
    <>
      {tag.versions.map((version) => (
        <Panel
          key={version.version}
          title={`v${version.version}`}
          extra={
            <span className="zx-quiet">
              {version.publishedBy} · {time(version.publishedAt)}
            </span>
          }
        >
          <Definition version={version} cuts={null} />
        </Panel>
      ))}
    </>
  )
}
