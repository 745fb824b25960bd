import { useState } from 'react'
import { useNavigate } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import { type Kind, kinds, NewTag, type TagDetail } from '../contract.ts'
import { templates } from '../rules/templates.ts'
import { starts } from './forms/forms.tsx'
import { computedParts, givenParts } from './tagForm.ts'
import { kindAbout, kindNames } from './words.ts'
import './tags.css'

type Chosen = { kind: Kind; draft: Record<string, unknown>; name: string; folder: string; description: string }

/** A template to fit to the bank, or a kind to begin from nothing. */
export function NewTagPage() {
  const t = useText()
  const navigate = useNavigate()
  const [chosen, choose] = useState<Chosen | null>(null)
  return (
    <>
      <PageHead
        title={t('新建标签', 'New tag')}
        back="/sense/tags"
        hint={t('选一个模板,改成自己的口径;或从一种类型开始。', 'Choose a template and fit it, or begin with a kind.')}
      />
      <Panel title={t('模板', 'Templates')}>
        <ul className="zx-tag-cards">
          {templates.map((one) => (
            <li key={one.key}>
              <button
                type="button"
                onClick={() =>
                  choose({
                    kind: one.kind,
                    draft: one.draft,
                    name: t(one.name),
                    folder: one.folder,
                    description: t(one.about),
                  })
                }
              >
                <b>{t(one.name)}</b>
                <span className="zx-tag-kind">{t(kindNames[one.kind])}</span>
                <span className="zx-quiet">{t(one.about)}</span>
              </button>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title={t('从类型开始', 'Begin with a kind')}>
        <ul className="zx-tag-cards">
          {kinds.map((kind) => (
            <li key={kind}>
              <button
                type="button"
                onClick={() => choose({ kind, draft: { ...starts[kind] }, name: '', folder: '', description: '' })}
              >
                <b>{t(kindNames[kind])}</b>
                <span className="zx-quiet">{t(kindAbout[kind])}</span>
              </button>
            </li>
          ))}
        </ul>
      </Panel>
      {chosen ? (
        <FormDrawer
          open
          title={t(`新建${kindNames[chosen.kind].zh}标签`, `New tag: ${kindNames[chosen.kind].en}`)}
          close={() => choose(null)}
          schema={NewTag}
          initial={{ name: chosen.name, folder: chosen.folder, description: chosen.description }}
          parts={chosen.kind === 'import' || chosen.kind === 'model' ? givenParts : computedParts}
          submit={text('下一步:填写口径', 'Next: define it')}
          save={async (values) => {
            const { kind, draft } = chosen
            const made = await api.post<TagDetail>('/api/tags', { ...values, kind, draft })
            await refresh('/api/tags')
            void navigate(`/sense/tags/${made.id}/edit`)
          }}
        />
      ) : null}
    </>
  )
}
