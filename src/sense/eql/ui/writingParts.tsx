import { Alert, Progress } from 'antd'
import { useFormats } from '../../../console/kit/format.ts'
import { RequestId } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import type { Estimate } from '../contract.ts'
import type { Writing } from './useWriting.ts'
import './eql.css'

/** What is wrong, with its line and column. */
export function Issues({ of: { checked } }: { of: Writing }) {
  const t = useText()
  if (!checked || checked.issues.length === 0) return null
  return (
    <ul className="zx-eql-issues" aria-live="polite">
      {checked.issues.map((issue) => (
        <li key={`${issue.code} ${issue.span?.start} ${issue.path}`} data-severity={issue.severity}>
          {issue.span ? (
            <code>
              {issue.span.line}:{issue.span.column}
            </code>
          ) : null}{' '}
          {t(issue)}
        </li>
      ))}
    </ul>
  )
}

/** How many it finds: sampled, then exactly; each condition by itself below, unless that is shown elsewhere. */
export function Size({ of: { checked, estimate, counting, failure }, parts = true }: { of: Writing; parts?: boolean }) {
  const t = useText()
  const { number } = useFormats()
  if (failure instanceof Error)
    return <Alert type="warning" showIcon title={failure.message} description={<RequestId error={failure} />} />
  if (!estimate)
    return (
      <p className="zx-quiet" aria-live="polite">
        {counting
          ? t('正在估算…', 'Estimating…')
          : checked
            ? t('规则有误,无法估算', 'The rule is not whole yet')
            : t('先写一条规则', 'Write a rule first')}
      </p>
    )
  const share = estimate.universe > 0 ? (100 * estimate.customers) / estimate.universe : 0
  return (
    <div className="zx-eql-size" aria-live="polite">
      <strong>
        {estimate.exact ? '' : '≈ '}
        {number(estimate.customers)}
      </strong>
      <span className="zx-quiet">
        {estimate.exact
          ? t(`精确值,占 ${share.toFixed(1)}%`, `Exact, ${share.toFixed(1)}% of all`)
          : t(
              `抽样估算,95% 可能在 ${number(estimate.low)} ~ ${number(estimate.high)} 之间${counting ? ',正在精确计算…' : ''}`,
              `From a sample: between ${number(estimate.low)} and ${number(estimate.high)} in 95 of 100${counting ? '; counting exactly…' : ''}`,
            )}
      </span>
      <Progress percent={share} showInfo={false} size="small" aria-label={t('占全部客户', 'Share of all customers')} />
      {parts ? <Parts of={estimate} /> : null}
    </div>
  )
}

function Parts({ of: { parts } }: { of: Estimate }) {
  const t = useText()
  const { number } = useFormats()
  if (parts.length === 0) return null
  return (
    <>
      <p className="zx-quiet">{t('各条件单独满足的客户', 'Each condition by itself')}</p>
      <ul className="zx-eql-parts">
        {parts.map((part, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two conditions of a rule may be the same
          <li key={i}>
            <span>{t(part.sentence)}</span>
            <b>
              {part.low === part.high ? '' : '≈ '}
              {number(part.customers)}
            </b>
          </li>
        ))}
      </ul>
    </>
  )
}
