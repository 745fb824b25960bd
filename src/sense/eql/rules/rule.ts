import {
  type BuilderRule,
  type Checked,
  type CheckedText,
  type Cost,
  eqlVersion,
  type Issue,
  type Line,
  limits,
  type Parsed,
  type References,
  type Rule,
  type Schema,
  type Suggestion,
  type Want,
} from '../contract.ts'
import { assemble, toNode } from './builder.ts'
import { checkRead, checkTree } from './check.ts'
import { completeText } from './complete.ts'
import { explainTree } from './explain.ts'
import { formatTree } from './format.ts'
import { Namer, type Names } from './namer.ts'
import { Directory } from './names.ts'
import { readText } from './parse.ts'
import { collectReferences, estimateCost } from './references.ts'
import { readTree } from './upgrade.ts'

// All that can be decided from a text or tree and a schema alone: the same on the server and in the browser.

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
  return { ...checked, rule, issues, ok: checked.ok && issues.every(({ severity }) => severity !== 'error'), spans }
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

/** A rule in sentences of both languages, a condition a line. */
export function explainRule(rule: Rule, schema: Schema): Line[] {
  return explainTree(rule, schema)
}

/** What the rule reads. The names are those of the tree: they may have gone from the schema since. */
export function referencesOf(rule: Rule, schema: Schema): References {
  return collectReferences(rule.body, new Directory(schema))
}

/** What a run costs, about, before there is a statement to ask the engine about. */
export function costOf(rule: Rule, schema: Schema): Cost {
  return estimateCost(rule.body, schema, new Directory(schema))
}

/** The rule as the builder shows it. Given back unchanged it is the same rule. */
export function toBuilder(rule: Rule, schema: Schema | null = null, names: Names = 'code'): BuilderRule {
  const root = toNode(rule.body, new Namer(schema, names, true))
  return rule.notes === undefined ? { root } : { root, notes: rule.notes }
}

/** The rule that the builder shows, or null while a condition lacks its value. */
export function fromBuilder(builder: BuilderRule): Rule | null {
  const { expr: body, unfinished } = assemble(builder.root)
  if (body === null || unfinished.length > 0) return null
  return builder.notes === undefined ? { eql: eqlVersion, body } : { eql: eqlVersion, body, notes: builder.notes }
}

/** What is wrong with a text, what it says in words, and what it would cost. */
export function checkText(source: string, schema: Schema, want: Want = 'condition'): CheckedText {
  const { ok, issues, rule } = parseRule(source, schema, want)
  if (!ok || !rule) return { ok: false, issues, sentence: [], cost: null }
  return { ok, issues, sentence: explainRule(rule, schema), cost: costOf(rule, schema) }
}

/** Nobody reads more. */
const offered = 100

/** What may stand at a place of a text that is being written, the likeliest first. */
export function completeRule(source: string, offset: number, schema: Schema): Suggestion[] {
  return source.length > limits.text ? [] : completeText(source, offset, new Directory(schema)).slice(0, offered)
}
