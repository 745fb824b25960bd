import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useAct, useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { useLeaveGuard } from '../../../console/kit/leaveGuard.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { Estimate } from '../../eql/contract.ts'
import { RuleEditor, useRuling, ViewSwitch } from '../../eql/ui/ruleEditor.tsx'
import { Sentence } from '../../eql/ui/sentence.tsx'
import { writerAt } from '../../eql/ui/writer.ts'
import { Size } from '../../eql/ui/writingParts.tsx'
import type { SegmentDetail } from '../contract.ts'

const writer = writerAt('/api/segments/rule')

export function EditorPage() {
  const { id = '' } = useParams()
  const asked = useApi<SegmentDetail>(`/api/segments/${id}`)
  return <Answer of={asked}>{(segment) => <Editor key={segment.id} segment={segment} />}</Answer>
}

function Editor({ segment }: { segment: SegmentDetail }) {
  const t = useText()
  const act = useAct()
  const confirm = useConfirmAct()
  const navigate = useNavigate()
  const [leaving, setLeaving] = useState(false)
  const ruling = useRuling(segment.draft, writer)
  const { text: draft, writing, unfinished } = ruling
  const dirty = draft !== segment.draft || unfinished > 0
  useLeaveGuard(dirty && !leaving)
  const page = `/sense/segments/${segment.id}`
  useEffect(() => {
    if (leaving) void navigate(page)
  }, [leaving, navigate, page])

  const save = async () => {
    const { revision } = segment
    const saved = dirty ? await api.patch<SegmentDetail>(`/api/segments/${segment.id}`, { revision, draft }) : segment
    await refresh('/api/segments')
    return saved
  }
  const publish = async () => {
    const { revision } = await save()
    await api.post(`/api/segments/${segment.id}/publish`, { revision })
    await refresh('/api/segments')
    setLeaving(true)
  }
  const ask = () =>
    confirm({
      title: t(
        `发布“${segment.name}”第 ${segment.version + 1} 版?`,
        `Publish version ${segment.version + 1} of ${segment.name}?`,
      ),
      says: <Impact of={segment} estimate={writing.estimate} />,
      ok: t('发布', 'Publish'),
      run: publish,
      done: t('已发布,正在刷新', 'Published; it is being refreshed'),
    })
  const said = writing.checked?.ok === true
  const ok = said && unfinished === 0
  return (
    <>
      <PageHead title={segment.name} back={page} hint={<Hint unfinished={unfinished} />}>
        <Button disabled={!dirty} onClick={() => void act(save, t('草稿已保存', 'The draft is saved'))}>
          {t('保存草稿', 'Save the draft')}
        </Button>
        <Can needs="segments.segment.publish">
          <Button type="primary" disabled={!ok || draft.trim() === ''} onClick={ask}>
            {t('发布', 'Publish')}
          </Button>
        </Can>
      </PageHead>
      <div className="zx-eql-writing">
        <Panel title={t('规则', 'Rule')} extra={<ViewSwitch of={ruling} />}>
          <RuleEditor of={ruling} />
        </Panel>
        <div className="zx-eql-side">
          <Panel title={t('预计客户数', 'Customers it finds')}>
            <Size of={writing} parts={ruling.view === 'text'} />
          </Panel>
          <Panel title={t('规则说明', 'In words')}>
            {said ? (
              <Sentence lines={writing.checked?.sentence ?? []} />
            ) : (
              <p className="zx-quiet">
                {t('规则写完整后,这里用一句话说明它', 'Once the rule is whole, it is said here in words')}
              </p>
            )}
          </Panel>
        </div>
      </div>
    </>
  )
}

function Hint({ unfinished }: { unfinished: number }) {
  const t = useText()
  if (unfinished === 0) return t('编写规则', 'Write the rule')
  return (
    <span aria-live="polite">
      {t(
        `有 ${unfinished} 个条件没填完:不会保存,也暂不能发布`,
        `${unfinished} conditions are unfinished: they are not saved, and nothing is published yet`,
      )}
    </span>
  )
}

/** Who follows it changes with it; who holds on to a version does not (rule 16). */
function Impact({ of, estimate }: { of: SegmentDetail; estimate: Estimate | undefined }) {
  const t = useText()
  const { number } = useFormats()
  const following = of.usedBy.filter(({ version }) => version === null).map(({ name }) => name)
  const holding = of.usedBy.filter(({ version }) => version !== null).map(({ name }) => name)
  const before = of.size === null ? '' : t(`现有 ${number(of.size)} 人;`, `${number(of.size)} now; `)
  return (
    <>
      <p>
        {before}
        {estimate
          ? t(`发布后约 ${number(estimate.customers)} 人。`, `about ${number(estimate.customers)} after it.`)
          : null}
        {t('已发布的版本不能再改。', ' A version never changes.')}
      </p>
      {following.length > 0 ? (
        <p>{t(`随之变化的客群:${following.join('、')}`, `Segments that change with it: ${following.join(', ')}`)}</p>
      ) : null}
      {holding.length > 0 ? (
        <p>
          {t(`固定版本、不受影响:${holding.join('、')}`, `On earlier versions, not touched: ${holding.join(', ')}`)}
        </p>
      ) : null}
    </>
  )
}
