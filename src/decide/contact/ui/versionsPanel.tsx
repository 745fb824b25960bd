import { Tag } from 'antd'
import { useMemo } from 'react'
import { api } from '../../../console/kit/api.ts'
import { useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Empty } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import type { Policy, PolicyDoc } from '../contract.ts'
import type { Draft } from './draft.ts'
import { versionStates } from './words.ts'

type Row = Policy['versions'][number]

/** What was published; an older one can be taken up as changes, to be published again. */
export function VersionsPanel({ policy, draft }: { policy: Policy; draft: Draft }) {
  const t = useText()
  const { time } = useFormats()
  const columns = useMemo(
    (): Column<Row>[] => [
      { key: 'version', title: text('版本', 'Version'), width: 80, show: ({ version }) => version },
      {
        key: 'state',
        title: text('状态', 'State'),
        width: 100,
        show: ({ state }) => (
          <Tag color={state === 'current' ? 'success' : state === 'coming' ? 'processing' : undefined}>
            {t(versionStates[state])}
          </Tag>
        ),
      },
      { key: 'note', title: text('说明', 'Why'), show: ({ note }) => note },
      { key: 'effectiveAt', title: text('生效时间', 'From'), width: 160, show: ({ effectiveAt }) => time(effectiveAt) },
      { key: 'publishedBy', title: text('发布人', 'By'), width: 120, show: ({ publishedBy }) => publishedBy },
      {
        key: 'publishedAt',
        title: text('发布时间', 'Published'),
        width: 160,
        show: ({ publishedAt }) => time(publishedAt),
      },
    ],
    [t, time],
  )
  return (
    <Panel title={t('版本', 'Versions')}>
      <TableView<Row>
        label={t('版本', 'Versions')}
        columns={columns}
        rows={policy.versions}
        rowKey={({ version }) => String(version)}
        acts={({ version }) =>
          draft.may && version !== policy.version
            ? [
                {
                  key: 'restore',
                  label: t('以此版为准重新编辑', 'Take up again'),
                  run: () => {
                    const path = `/api/contact/policy/versions/${version}`
                    void api.get<PolicyDoc>(path, { org: policy.org.id }).then((old) => draft.change(old))
                  },
                },
              ]
            : []
        }
        empty={<Empty title={t('还没有发布过', 'Nothing was published yet')} />}
      />
    </Panel>
  )
}
