import { inspect } from 'node:util'

/** One line a finished test, as `runFile` reads it back. */
export type TestLine =
  | { kind: 'passed' | 'skipped'; name: string; ms: number; reason: string }
  | { kind: 'failed'; name: string; ms: number; error: string }

type TestEvent = {
  type: string
  data: {
    name: string
    nesting: number
    skip?: string | boolean
    todo?: string | boolean
    details?: { type?: string; duration_ms: number; error?: Error & { cause?: unknown; failureType?: string } }
  }
}

/**
 * The reporter that `runFile` gives to node's test runner. Suites are not counted, only the tests in them; but a
 * suite's or a file's own failure (a hook that threw) is one, which the runner's summary leaves out.
 */
async function* lines(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const path: string[] = []
  for await (const { type, data } of events) {
    const { name, nesting, details } = data
    if (type === 'test:start') path.splice(nesting, path.length, name)
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const line = lineOf(type === 'test:fail', [...path.slice(0, nesting), name].join(' › '), data)
    if (line && (line.kind === 'failed' || details?.type !== 'suite')) yield `${JSON.stringify(line)}\n`
  }
}

function lineOf(failed: boolean, name: string, { skip, todo, details }: TestEvent['data']): TestLine | undefined {
  const ms = details?.duration_ms ?? 0
  if (skip !== undefined || todo !== undefined) {
    const reason = [skip, todo].find((said) => typeof said === 'string') ?? ''
    return { kind: 'skipped', name, ms, reason: String(reason) }
  }
  if (!failed) return { kind: 'passed', name, ms, reason: '' }
  const error = details?.error
  // A test whose inner test failed failed with it: counted once, where it happened.
  if (error?.failureType === 'subtestsFailed') return undefined
  return { kind: 'failed', name, ms, error: inspect(error?.cause ?? error, { depth: 6 }) }
}

// biome-ignore lint/style/noDefaultExport: the runner takes a reporter by its default export
export default lines
