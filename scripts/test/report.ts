import type { FileRun } from './runFile.ts'

export type Counts = { passed: number; failed: number; skipped: number }

/** A file that fails as a whole counts as one failure beside those of its tests. */
export function countsOf(runs: readonly FileRun[]): Counts {
  const kinds = runs.flatMap(({ tests, fault }) => [...tests.map((one) => one.kind), ...(fault ? ['failed'] : [])])
  const count = (kind: string) => kinds.filter((one) => one === kind).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
}

/** `12 passed, 0 failed, 0 skipped`: the last line of a run, which other programs read. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/** One line for a file that went well; for one that did not, every failure whole, and what the file printed. */
export function reportOf(run: FileRun): string {
  const { passed, failed, skipped } = countsOf([run])
  const extra = [failed ? `${failed} failed` : '', skipped ? `${skipped} skipped` : ''].filter(Boolean).join(', ')
  const head = `${failed ? '✖' : '✔'} ${run.file}  ${passed}${extra ? ` (${extra})` : ''}  ${run.seconds.toFixed(1)} s`
  const skips = run.tests.flatMap((one) => (one.kind === 'skipped' ? [`    − ${one.name}: ${one.reason}`] : []))
  if (failed === 0) return [head, ...skips].join('\n')
  const failures = run.tests.flatMap((one) =>
    one.kind === 'failed' ? [`    ✖ ${one.name}`, indent(one.error, 8)] : [],
  )
  const whole = run.fault ? [`    ✖ the file ${run.fault}`] : []
  const printed = run.output.trim() ? ['    it printed:', indent(lastLines(run.output, 60), 8)] : []
  return [head, ...skips, ...failures, ...whole, ...printed].join('\n')
}

/** What failed, once more at the end, where a person looks first. */
export function failuresOf(runs: readonly FileRun[]): string[] {
  return runs.flatMap((run) => [
    ...run.tests.flatMap((one) => (one.kind === 'failed' ? [`✖ ${run.file}: ${one.name}`] : [])),
    ...(run.fault ? [`✖ ${run.file}: ${run.fault}`] : []),
  ])
}

function indent(text: string, by: number): string {
  return text.replace(/^/gm, ' '.repeat(by))
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
