import { Button } from 'antd'
import { useState } from 'react'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { blank, useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Can, useSession } from '../../../console/kit/session.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { download } from '../../../console/kit/tableExport.ts'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { useApi } from '../../../console/kit/useApi.ts'
import type { CustomerRow } from '../../customers/contract.ts'
import { exportedFile } from '../../imports/ui/upload.ts'
import type { Members, SegmentDetail } from '../contract.ts'

/** Members of the last snapshot by their numbers; of a branch's reader, the branch's. */
export function MembersPanel({ segment }: { segment: SegmentDetail }) {
  const t = useText()
  const { number, time } = useFormats()
  const columns = useColumns()
  const [ways, setWays] = useState<number[]>([])
  const asked = useApi<Members>(`/api/segments/${segment.id}/members`, { after: ways.at(-1) })
  return (
    <Answer of={asked}>
      {({ snapshot, within, items, next }) =>
        snapshot ? (
          <Panel
            title={t(`成员 ${number(snapshot.size)} 人`, `${number(snapshot.size)} members`)}
            extra={
              <span className="zx-quiet">
                {within === snapshot.size
                  ? null
                  : t(`其中您可见 ${number(within)} 人 · `, `${number(within)} of them you may see · `)}
                {t(`快照 ${time(snapshot.at)}`, `as of ${time(snapshot.at)}`)}
              </span>
            }
          >
            <TableView<CustomerRow>
              label={t('成员', 'Members')}
              columns={columns}
              rows={items}
              rowKey={({ id }) => String(id)}
              href={({ id }) => `/sense/customers/${id}`}
              empty={<Empty title={t('没有您可见的成员', 'No members you may see')} />}
            />
            <p className="zx-segment-compare">
              <Button disabled={ways.length === 0} onClick={() => setWays(ways.slice(0, -1))}>
                {t('上一页', 'Back')}
              </Button>
              <ExportAct segment={segment} within={within} />
              <Button disabled={next === null} onClick={() => next !== null && setWays([...ways, next])}>
                {t('下一页', 'More')}
              </Button>
            </p>
          </Panel>
        ) : (
          <Empty
            title={t('还没有名单', 'No members yet')}
            hint={t('发布并刷新后,成员会出现在这里。', 'They appear once the segment is published and refreshed.')}
          />
        )
      }
    </Answer>
  )
}

/** Masked as on this page; the sheet says who took it, and the audit too. */
function ExportAct({ segment, within }: { segment: SegmentDetail; within: number }) {
  const t = useText()
  const { number } = useFormats()
  const { me } = useSession()
  const confirm = useConfirmAct()
  const ask = () =>
    confirm({
      title: t(`导出 ${number(within)} 名成员?`, `Export ${number(within)} members?`),
      says: t(
        '个人信息按页面脱敏;文件首行注明导出人与时间,本次导出会记入审计。',
        'Personal data stay masked. The first line says who exported it and when, and the export is recorded.',
      ),
      ok: t('导出', 'Export'),
      run: async () => {
        download(await exportedFile(`/api/segments/${segment.id}/members/export`, me.csrf), `${segment.name}.csv`)
      },
    })
  return (
    <Can needs="segments.member.export">
      <Button disabled={within === 0} onClick={ask}>
        {t('导出 CSV', 'Export CSV')}
      </Button>
    </Can>
  )
}

function useColumns(): Column<CustomerRow>[] {
  const t = useText()
  const { time, ago } = useFormats()
  return [
    { key: 'id', title: text('客户编号', 'Number'), width: 120, show: ({ id }) => <code>{id}</code> },
    { key: 'name', title: text('姓名', 'Name'), width: 120, show: ({ name }) => name ?? blank },
    {
      key: 'identities',
      title: text('身份', 'Identities'),
      show: ({ identities }) =>
        identities
          .slice(0, 2)
          .map((one) => `${t(one.name)} ${one.value}`)
          .join(' · ') || blank,
    },
    { key: 'org', title: text('所属机构', 'Organisation'), width: 160, show: ({ org }) => org.name },
    {
      key: 'lastSeen',
      title: text('最近活动', 'Last seen'),
      width: 140,
      show: ({ lastSeen }) => (lastSeen ? <time title={time(lastSeen)}>{ago(lastSeen)}</time> : blank),
    },
  ]
}
