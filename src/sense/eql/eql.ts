import {
  type Checked,
  eqlVersion,
  type Issue,
  limits,
  type Parsed,
  type Rule,
  type Schema,
  type Want,
} from './contract.ts'
import { checkRead, checkTree } from './rules/check.ts'
import { formatTree } from './rules/format.ts'
import { Namer, type Names } from './rules/namer.ts'
import { Directory } from './rules/names.ts'
import { readText } from './rules/parse.ts'
import { readTree } from './rules/upgrade.ts'

/** Reads a text, against what exists. Never throws for what stands in it: `issues` tell what is wrong, and how to mend it. */
export function parseRule(source: string, schema: Schema, want: Want = 'condition'): Parsed {
  if (source.length > limits.text) return refused(source)
  const directory = new Directory(schema)
  const syntax = readText(source, (name) => directory.isRelation(name))
  const { body, spans } = syntax
  if (body === null) return { rule: null, ok: false, issues: syntax.issues, spans, types: new Map(), type: null }
  const checked = checkRead(body, directory, syntax, want)
  const issues = [...syntax.issues, ...checked.issues].sort(byPlace)
  const rule: Rule =
    syntax.notes.length > 0 ? { eql: eqlVersion, body, notes: syntax.notes } : { eql: eqlVersion, body }
  return { ...checked, rule, issues, ok: issues.every(({ severity }) => severity !== 'error'), spans }
}

function byPlace(a: Issue, b: Issue): number {
  return (a.span?.start ?? 0) - (b.span?.start ?? 0)
}

function refused(source: string): Parsed {
  const issue: Issue = {
    code: 'eql.too_long',
    severity: 'error',
    zh: `规则最长 ${limits.text} 个字符,这里有 ${source.length} 个;长名单请上传为客群`,
    en: `A rule has at most ${limits.text} characters, here are ${source.length}; upload a long list as a segment`,
    span: null,
    path: '',
    fixes: [],
  }
  return { rule: null, ok: false, issues: [issue], spans: new Map(), types: new Map(), type: null }
}

/** A stored tree against what exists now. Names in it are stable names. */
export function checkRule(rule: Rule, schema: Schema, want: Want = 'condition'): Checked {
  return checkTree(rule, new Directory(schema), want)
}

/** A tree from a store or the wire as one of today's version. Throws a `Problem` when it is no tree. */
export function upgradeRule(value: unknown): Rule {
  return readTree(value)
}

/** The text of a rule. With a schema and a language titles are used where they can be read back, else stable names. */
export function formatRule(rule: Rule, schema: Schema | null = null, names: Names = 'code'): string {
  return formatTree(rule, new Namer(schema, names, true))
}
