import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language'
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { EditorView, keymap, lineNumbers, placeholder } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'
import { nonce } from '../../../console/csp.ts'
import { useText } from '../../../console/kit/text.ts'
import type { Issue } from '../contract.ts'
import type { Writer } from './writer.ts'
import './eql.css'

const words = new Set(
  `and or not in is known missing between contains starts ends with any all none did count sum avg min max distinct first
  last top of where within since from to as ago next this previous following today yesterday tomorrow ever segment version
  tag sequence by after case when then else end if days weeks months quarters years day week month quarter year hours hour
  minutes minute true false event`.split(/\s+/),
)

/** Colours only: what the text means the server says. */
const language = StreamLanguage.define<Record<string, never>>({
  startState: () => ({}),
  token(stream) {
    if (stream.eatSpace()) return null
    if (stream.match('--')) {
      stream.skipToEnd()
      return 'comment'
    }
    if (stream.match(/^'(?:[^']|'')*'?/) || stream.match(/^"(?:[^"]|"")*"?/)) return 'string'
    if (stream.match(/^\d[\d.:T-]*[万亿]?/)) return 'number'
    if (stream.match(/^\$?[\p{L}_][\p{L}\p{N}_]*/u))
      return words.has(stream.current().toLowerCase()) ? 'keyword' : 'name'
    stream.next()
    return 'operator'
  },
})

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--zx-primary)', fontWeight: '600' },
  { tag: tags.string, color: 'var(--zx-success)' },
  { tag: tags.number, color: 'var(--zx-warning)' },
  { tag: tags.comment, color: 'var(--zx-quiet)', fontStyle: 'italic' },
])

type Complete = Writer['complete']

async function suggest(
  context: CompletionContext,
  complete: Complete,
  lang: 'zh' | 'en',
): Promise<CompletionResult | null> {
  if (!context.explicit && !context.matchBefore(/[\p{L}\p{N}_"'.]$/u)) return null
  const items = await complete(context.state.doc.toString(), context.pos)
  const first = items[0]
  if (!first) return null
  return {
    from: first.start,
    filter: false,
    options: items.map((item) => ({
      label: item.insert,
      detail: item[lang] === item.insert ? undefined : item[lang],
      apply: (view, _completion, _from, _to) =>
        view.dispatch({
          changes: { from: item.start, to: Math.max(item.end, view.state.selection.main.head), insert: item.insert },
          selection: { anchor: item.start + item.insert.length },
        }),
    })),
  }
}

type EditorProps = {
  value: string
  change: (text: string) => void
  issues: readonly Issue[]
  complete: Complete
  lang: 'zh' | 'en'
}

/** The text of a rule, with colours, what may stand next (Ctrl+Space), and what is wrong underlined in its place. */
export function EqlEditor({ value, change, issues, complete, lang }: EditorProps) {
  const t = useText()
  const frame = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const now = useRef({ change, complete, lang })
  now.current = { change, complete, lang }
  const first = useRef(value)
  const label = t('规则', 'Rule')
  const hint = t("例如:aum >= 50万 and level in ('gold')", "For example: aum >= 500000 and level in ('gold')")

  useEffect(() => {
    if (!frame.current) return
    const made = new EditorView({
      parent: frame.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          lineNumbers(),
          history(),
          bracketMatching(),
          lintGutter(),
          language,
          syntaxHighlighting(colours),
          autocompletion({ override: [(context) => suggest(context, now.current.complete, now.current.lang)] }),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          placeholder(hint),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.cspNonce.of(nonce),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) now.current.change(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = made
    return () => made.destroy()
  }, [label, hint])

  useEffect(() => {
    const editor = view.current
    if (editor)
      editor.dispatch(
        setDiagnostics(
          editor.state,
          issues.flatMap((issue) => diagnostic(issue, editor, lang)),
        ),
      )
  }, [issues, lang])

  return <div ref={frame} className="zx-eql" />
}

function diagnostic(issue: Issue, editor: EditorView, lang: 'zh' | 'en'): Diagnostic[] {
  const { length } = editor.state.doc
  if (!issue.span || issue.span.start > length) return []
  return [
    {
      from: issue.span.start,
      to: Math.min(length, issue.span.end),
      severity: issue.severity,
      message: issue[lang],
      actions: issue.fixes.map((fix) => ({
        name: fix[lang],
        apply: (target) => target.dispatch({ changes: { from: fix.start, to: fix.end, insert: fix.insert } }),
      })),
    },
  ]
}
