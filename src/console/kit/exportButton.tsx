import { App, Progress as Bar, Button, Modal, Tooltip } from 'antd'
import { type ReactNode, useRef, useState } from 'react'
import type { Query } from './api.ts'
import { useFormats } from './format.ts'
import { download, exportCsv, exportLimit, type Progress } from './tableExport.ts'
import type { Column } from './tableView.tsx'
import { useText } from './text.ts'

type ExportProps<Row> = { name: string; url: string; question: Query; columns: readonly Column<Row>[]; icon: ReactNode }

/** Exports what the table now asks, all of its pages; shows how far it is and can be stopped. */
export function ExportButton<Row>({ name, url, question, columns, icon }: ExportProps<Row>) {
  const t = useText()
  const { number } = useFormats()
  const { message } = App.useApp()
  const [progress, setProgress] = useState<Progress | null>(null)
  const stop = useRef<AbortController>(null)

  async function start() {
    const control = new AbortController()
    stop.current = control
    setProgress({ done: 0, total: undefined })
    try {
      const file = await exportCsv(url, question, columns, control.signal, setProgress)
      download(file, `${name}-${new Date().toISOString().slice(0, 10)}.csv`)
    } catch (error) {
      if (!control.signal.aborted) message.error(error instanceof Error ? error.message : String(error))
    } finally {
      setProgress(null)
    }
  }

  const label = t('导出 CSV', 'Export CSV')
  const percent = progress?.total ? Math.min(100, Math.round((100 * progress.done) / progress.total)) : undefined
  return (
    <>
      <Tooltip title={label}>
        <Button type="text" icon={icon} aria-label={label} onClick={() => void start()} />
      </Tooltip>
      <Modal
        open={progress !== null}
        title={t('正在导出', 'Exporting')}
        footer={<Button onClick={() => stop.current?.abort()}>{t('停止', 'Stop')}</Button>}
        onCancel={() => stop.current?.abort()}
        mask={{ closable: false }}
      >
        <p aria-live="polite">
          {t(`已读取 ${number(progress?.done ?? 0)} 条`, `${number(progress?.done ?? 0)} rows read`)}
          {progress?.total ? t(`,共 ${number(progress.total)} 条`, ` of ${number(progress.total)}`) : null}
        </p>
        <Bar percent={percent ?? 0} showInfo={percent !== undefined} status="active" />
        <p>{t(`最多导出 ${number(exportLimit)} 条`, `At most ${number(exportLimit)} rows are exported`)}</p>
      </Modal>
    </>
  )
}
