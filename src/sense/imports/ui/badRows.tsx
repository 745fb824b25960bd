import { DownloadOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Can, useSession } from '../../../console/kit/session.tsx'
import { download } from '../../../console/kit/tableExport.ts'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import type { BadRow, ImportDetail, Reason } from '../contract.ts'

export function ReasonsPanel({ reasons }: { reasons: readonly Reason[] }) {
  const t = useText()
  const { number } = useFormats()
  if (reasons.length === 0) return null
  const columns: Column<Reason>[] = [
    { key: 'reason', title: text('原因', 'Reason'), show: ({ reason }) => t(reason) },
    { key: 'count', title: text('行数', 'Rows'), align: 'right', width: 110, show: ({ count }) => number(count) },
    {
      key: 'lines',
      title: text('最先出现的行', 'First lines'),
      show: ({ lines, count }) => (
        <span className="zx-quiet">
          {lines.slice(0, 10).join(', ')}
          {count > 10 ? ' …' : ''}
        </span>
      ),
    },
  ]
  return (
    <Panel flush title={t('坏行原因', 'Why rows are bad')}>
      <TableView
        label={t('坏行原因', 'Why rows are bad')}
        columns={columns}
        rows={[...reasons].sort((a, b) => b.count - a.count)}
        rowKey={({ code, column }) => `${code} ${column ?? ''}`}
      />
    </Panel>
  )
}

export function BadRowsPanel({ detail, count }: { detail: ImportDetail; count: number }) {
  const t = useText()
  const { me } = useSession()
  const { number } = useFormats()
  const confirm = useConfirmAct()
  const save = () =>
    confirm({
      title: t(`下载 ${number(count)} 个坏行?`, `Download ${number(count)} bad rows?`),
      says: t(
        '文件含原始内容(可能有个人信息),请妥善保管。本次下载会记入审计。',
        'The file has their content as it was, personal data too: keep it safe. The download is recorded.',
      ),
      ok: t('下载', 'Download'),
      run: async () => {
        const { badRowsFile } = await import('./upload.ts')
        download(await badRowsFile(detail.id, me.csrf), `${detail.name}-${sayNow()('坏行', 'bad-rows')}.csv`)
      },
    })
  const columns: Column<BadRow>[] = [
    { key: 'line', title: text('行号', 'Line'), sort: true, width: 120, show: ({ line }) => String(line) },
    {
      key: 'reason',
      title: text('原因', 'Reason'),
      show: ({ reason }) => t(reason),
      text: ({ reason }) => sayNow()(reason),
    },
  ]
  const codes = new Map(detail.reasons.map((reason) => [reason.code, reason]))
  return (
    <section>
      <div className="zx-panel-head">
        <h2 className="zx-import-title">{t('坏行', 'Bad rows')}</h2>
        <Can needs="imports.bad_row.export">
          <Button icon={<DownloadOutlined aria-hidden />} onClick={save}>
            {t('下载坏行内容', 'Download their content')}
          </Button>
        </Can>
      </div>
      <DataTable<BadRow>
        id="bad-rows"
        label={text('坏行', 'Bad rows')}
        url={`/api/imports/${detail.id}/bad-rows`}
        columns={columns}
        rowKey={({ id }) => id}
        filters={[
          {
            key: 'code',
            title: text('原因', 'Reason'),
            kind: 'choice',
            options: [...codes].map(([value, { reason, column }]) => ({
              value,
              label: { zh: bare(reason.zh, column), en: bare(reason.en, column) },
            })),
          },
        ]}
        sort="line"
      />
    </section>
  )
}

/** The filter is by the kind of fault, of whatever column. */
function bare(reason: string, column: string | null): string {
  return column ? reason.slice(column.length + 1).trim() : reason
}
