import { Input } from 'antd'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import type { CodeSetDetail } from '../contract.ts'
import { DiffView } from './codeDiff.tsx'

const pathOf = (set: string) => `/api/system/codes/${encodeURIComponent(set)}`

/** Publishing shows what changes and asks for a note; dropping says what is lost. */
export function useDraftActs(detail: CodeSetDetail): { publish: () => void; discard: () => void } {
  const t = useText()
  const confirm = useConfirmAct()
  const { revision } = detail
  const publish = () => {
    let note = ''
    confirm({
      title: t(`发布“${detail.name.zh}”的新版本?`, `Publish a new version of ${detail.name.en}?`),
      says: (
        <>
          <p>
            {t(
              '发布后立即对全系统生效;历史版本保留,可随时比较。',
              'It holds for the whole system at once. Earlier versions are kept and can be compared.',
            )}
          </p>
          {detail.draft ? <DiffView diff={detail.draft.diff} /> : null}
          <Input.TextArea
            aria-label={t('版本说明', 'Note')}
            placeholder={t('版本说明:为什么修改', 'Note: why it changes')}
            maxLength={500}
            rows={3}
            onChange={(event) => {
              note = event.target.value
            }}
          />
        </>
      ),
      ok: t('发布', 'Publish'),
      async run() {
        await api.post(`${pathOf(detail.set)}/publish`, { revision, note: note.trim() })
        await refresh('/api/system/codes')
      },
      done: t('已发布', 'Published'),
    })
  }
  const discard = () =>
    confirm({
      title: t('放弃草稿?', 'Drop the draft?'),
      says: t('草稿中的全部修改将丢失,已发布的版本不受影响。', 'All of its changes are lost; what is published stays.'),
      ok: t('放弃', 'Drop'),
      danger: true,
      async run() {
        await api.post(`${pathOf(detail.set)}/discard`, { revision })
        await refresh('/api/system/codes')
      },
      done: t('草稿已放弃', 'The draft is dropped'),
    })
  return { publish, discard }
}

/** Saves the whole draft; the answer of the set is asked anew. */
export async function saveDraft(detail: CodeSetDetail, values: CodeSetDetail['published']): Promise<void> {
  await api.put(`${pathOf(detail.set)}/draft`, { revision: detail.revision, values })
  await refresh('/api/system/codes')
}

export async function importDraft(detail: CodeSetDetail, csv: string): Promise<void> {
  await api.post(`${pathOf(detail.set)}/import`, { revision: detail.revision, csv })
  await refresh('/api/system/codes')
}
