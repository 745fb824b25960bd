import { Segmented } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useKept } from '../../../console/kit/kept.ts'
import { Answer, Loading } from '../../../console/kit/states.tsx'
import { useLang, useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { Schema } from '../contract.ts'
import type { Built } from './builder/builder.tsx'
import { useWriting, type Writing } from './useWriting.ts'
import type { Writer } from './writer.ts'
import { Issues } from './writingParts.tsx'
import './eql.css'

// The language and the two editors are loaded when a rule is written, not with the page around it.
const RuleBuilder = lazy(() => import('./builder/builder.tsx').then((m) => ({ default: m.RuleBuilder })))
const EqlEditor = lazy(() => import('./eqlEditor.tsx').then((m) => ({ default: m.EqlEditor })))

export type View = 'builder' | 'text'

/** A rule that is being written, in either view of it. */
export type Ruling = {
  text: string
  writing: Writing
  /** Conditions of the builder that lack their value: they are not in the text. */
  unfinished: number
  view: View
  writer: Writer
  setText: (text: string) => void
  setView: (view: View) => void
  built: Built | null
  setBuilt: (built: Built) => void
}

/** Text and tree are two views of one rule; which one a person likes better is kept in the browser. */
export function useRuling(initial: string, writer: Writer): Ruling {
  const [text, setText] = useState(initial)
  const [built, setBuilt] = useState<Built | null>(null)
  const [kept, keep] = useKept<View>('eql.view', 'builder')
  const view: View = kept === 'text' ? 'text' : 'builder'
  // What was built of an earlier text says nothing of this one.
  const standing = view === 'builder' && built?.text === text ? built : null
  const counting = standing?.counting ?? null
  const writing = useWriting(text, writer, counting)
  return {
    ...{ text, writing, view, writer, built, setBuilt, setText },
    unfinished: standing?.unfinished ?? 0,
    setView: keep,
  }
}

/** Which view of the rule stands; for the head of the panel around `RuleEditor`. */
export function ViewSwitch({ of: { view, setView } }: { of: Ruling }) {
  const t = useText()
  return (
    <Segmented
      size="small"
      aria-label={t('编辑方式', 'View')}
      value={view}
      onChange={setView}
      options={[
        { value: 'builder', label: t('点选', 'Builder') },
        { value: 'text', label: t('文本', 'Text') },
      ]}
    />
  )
}

export function RuleEditor({ of }: { of: Ruling }) {
  const asked = useApi<Schema>(`${of.writer.path}/schema`)
  return (
    <Suspense fallback={<Loading />}>
      {of.view === 'text' ? (
        <TextView of={of} />
      ) : (
        <Answer of={asked}>
          {(schema) => (
            <RuleBuilder
              schema={schema}
              writer={of.writer}
              writing={of.writing}
              text={of.text}
              built={of.built}
              change={(built) => {
                of.setBuilt(built)
                of.setText(built.text)
              }}
              toText={() => of.setView('text')}
            />
          )}
        </Answer>
      )}
    </Suspense>
  )
}

function TextView({ of: { text, setText, writing, writer } }: { of: Ruling }) {
  const t = useText()
  const lang = useLang()
  return (
    <>
      <EqlEditor
        value={text}
        change={setText}
        issues={writing.checked?.issues ?? []}
        complete={writer.complete}
        lang={lang}
      />
      <p className="zx-quiet zx-eql-keys">Ctrl+Space {t('补全', 'completes')}</p>
      <Issues of={writing} />
    </>
  )
}
