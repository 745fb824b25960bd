import { Alert, Button, Form } from 'antd'
import { useEffect, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api, isProblem } from '../../../console/kit/api.ts'
import { useAct, useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { useLeaveGuard } from '../../../console/kit/leaveGuard.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { Schema } from '../../eql/contract.ts'
import { Sentence } from '../../eql/ui/sentence.tsx'
import type { Preview, TagDetail } from '../contract.ts'
import { formOf, starts } from './forms/forms.tsx'
import type { Faults } from './forms/parts.tsx'
import { SharesChart } from './sharesChart.tsx'
import { usePreview } from './usePreview.ts'
import { kindNames, typeNames } from './words.ts'
import './tags.css'

export function EditPage() {
  const { id = '' } = useParams()
  const asked = useApi<TagDetail>(`/api/tags/${id}`)
  const ground = useApi<Schema>('/api/tags/condition/schema')
  return (
    <Answer of={asked}>
      {(tag) => <Answer of={ground}>{(schema) => <Editor key={tag.id} tag={tag} ground={schema} />}</Answer>}
    </Answer>
  )
}

function Editor({ tag, ground }: { tag: TagDetail; ground: Schema }) {
  const t = useText()
  const act = useAct()
  const confirm = useConfirmAct()
  const navigate = useNavigate()
  const kept = { ...starts[tag.kind], ...(tag.draft as Record<string, unknown>) }
  const [draft, setDraft] = useState<Record<string, unknown>>(kept)
  const [leaving, setLeaving] = useState(false)
  const preview = usePreview(tag.kind, draft)
  const dirty = JSON.stringify(draft) !== JSON.stringify(kept)
  useLeaveGuard(dirty && !leaving)
  const page = `/sense/tags/${tag.id}`
  useEffect(() => {
    if (leaving) void navigate(page)
  }, [leaving, navigate, page])
  const DefinitionForm = formOf(tag.kind)

  const save = async () => {
    const saved = await api.patch<TagDetail>(`/api/tags/${tag.id}`, { revision: tag.revision, draft })
    await refresh('/api/tags')
    return saved
  }
  const publish = async () => {
    const { revision } = dirty ? await save() : tag
    await api.post(`/api/tags/${tag.id}/publish`, { revision, seen: tag.readBy.length })
    await refresh('/api/tags')
    setLeaving(true)
  }
  const ask = () =>
    confirm({
      title: t(`发布“${tag.name}”第 ${tag.version + 1} 版?`, `Publish version ${tag.version + 1} of ${tag.name}?`),
      says: <Impact tag={tag} preview={preview.answer} />,
      ok: t('发布', 'Publish'),
      run: publish,
      done: t('已发布,正在计算', 'Published; it is being computed'),
    })
  return (
    <>
      <PageHead
        title={tag.name}
        back={page}
        hint={t(`${kindNames[tag.kind].zh}标签的口径`, `Definition: ${kindNames[tag.kind].en}`)}
      >
        <Button disabled={!dirty} onClick={() => void act(save, t('草稿已保存', 'The draft is saved'))}>
          {t('保存草稿', 'Save the draft')}
        </Button>
        <Can needs="tags.tag.publish">
          <Button type="primary" disabled={preview.answer === undefined} onClick={ask}>
            {t('发布', 'Publish')}
          </Button>
        </Can>
      </PageHead>
      <div className="zx-tag-editor">
        <Panel title={t('口径', 'Definition')}>
          <Form layout="vertical" component="div">
            <DefinitionForm draft={draft} change={setDraft} ground={ground} faults={preview.faults} />
          </Form>
        </Panel>
        <PreviewPanel {...preview} />
      </div>
    </>
  )
}

function PreviewPanel({
  answer,
  asking,
  failure,
  faults,
}: {
  answer: Preview | undefined
  asking: boolean
  failure: unknown
  faults: Faults
}) {
  const t = useText()
  const { number } = useFormats()
  const first = Object.values(faults)[0]
  return (
    <div className="zx-tag-side" aria-live="polite">
      <Panel title={t('试算', 'Preview')}>
        {failure !== undefined && !(isProblem(failure) && failure.fields.length > 0) ? (
          <Alert type="warning" showIcon title={failure instanceof Error ? failure.message : String(failure)} />
        ) : null}
        {answer?.shares ? (
          <>
            <p className="zx-tag-figure">
              <strong>{answer.asked > 0 ? `${((100 * answer.covered) / answer.asked).toFixed(1)}%` : '—'}</strong>
              <span className="zx-quiet">
                {answer.exact
                  ? t(
                      `覆盖 ${number(answer.covered)} / ${number(answer.asked)} 位客户`,
                      `${number(answer.covered)} of ${number(answer.asked)} customers have a value`,
                    )
                  : t(`抽样 ${number(answer.asked)} 位客户估算`, `From a sample of ${number(answer.asked)} customers`)}
                {' · '}
                {t(typeNames[answer.type])}
              </span>
            </p>
            <SharesChart shares={answer.shares} type={answer.type} codes={answer.codes} covered={answer.covered} />
          </>
        ) : (
          <p className="zx-quiet">
            {asking
              ? t('正在试算…', 'Trying it…')
              : answer
                ? t('它的值由名单、模型或接口写入,没有可试算的规则。', 'Its values are given: there is no rule to try.')
                : (first ??
                  t(
                    '填写完整后,这里显示覆盖率与分布',
                    'Once it is filled in, coverage and distribution are shown here',
                  ))}
          </p>
        )}
      </Panel>
      {answer?.text ? (
        <Panel title={t('口径说明', 'In words')}>
          <Sentence lines={answer.sentence} />
        </Panel>
      ) : null}
    </div>
  )
}

/** Who reads it changes with it. */
function Impact({ tag, preview }: { tag: TagDetail; preview: Preview | undefined }) {
  const t = useText()
  const { number } = useFormats()
  return (
    <>
      <p>
        {tag.covered === null
          ? ''
          : t(`现有 ${number(tag.covered)} 人有值。`, `${number(tag.covered)} have a value now. `)}
        {preview && preview.asked > 0
          ? t(
              `按新口径覆盖约 ${((100 * preview.covered) / preview.asked).toFixed(1)}%。`,
              `About ${((100 * preview.covered) / preview.asked).toFixed(1)}% will have one. `,
            )
          : null}
        {t('已发布的版本不能再改。', 'A version never changes.')}
      </p>
      {tag.readBy.length > 0 ? (
        <>
          <p>{t('以下内容引用它,会随之变化:', 'These read it and change with it:')}</p>
          <ul>
            {tag.readBy.map((one) => (
              <li key={`${one.kind} ${one.id}`}>
                {t(one.kindName)} · {one.name}
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p>{t('目前没有标签或客群引用它。', 'No tag and no segment reads it.')}</p>
      )}
    </>
  )
}
