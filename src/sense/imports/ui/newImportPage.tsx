import { InboxOutlined } from '@ant-design/icons'
import { Alert, Button, Progress, Steps, Upload } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { useSession } from '../../../console/kit/session.tsx'
import { Answer, RequestId } from '../../../console/kit/states.tsx'
import { useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { ImportDetail } from '../contract.ts'
import { MappingStep } from './mappingStep.tsx'
import { isBusy } from './words.ts'
import { WorkPanel } from './workPanel.tsx'
import '../../../console/kit/detail.css'
import './imports.css'

/** Upload, look and map, check and run. Where one is stands in the address: a mapping can be come back to. */
export function NewImportPage() {
  const t = useText()
  const [params, setParams] = useSearchParams()
  const id = params.get('import')
  const step = id === null ? 0 : params.get('step') === 'run' ? 2 : 1
  const go = (to: { id: string; run?: boolean }) =>
    setParams({ import: to.id, ...(to.run ? { step: 'run' } : {}) }, { replace: step === 0 })
  return (
    <>
      <PageHead title={t('新建导入', 'New import')} back="/sense/imports" />
      <Steps
        className="zx-import-steps"
        size="small"
        current={step}
        items={[
          { title: t('上传文件', 'Upload') },
          { title: t('预览与映射', 'Look and map') },
          { title: t('检查与导入', 'Check and import') },
        ]}
      />
      {id === null ? (
        <UploadStep done={(made) => go({ id: made.id })} />
      ) : (
        <LaterSteps id={id} run={step === 2} go={go} />
      )}
    </>
  )
}

function LaterSteps({ id, run, go }: { id: string; run: boolean; go: (to: { id: string; run?: boolean }) => void }) {
  const [busy, setBusy] = useState(false)
  const asked = useApi<ImportDetail>(`/api/imports/${id}`, undefined, { refetchEvery: run && busy ? 1000 : undefined })
  const state = asked.data?.state
  useEffect(() => {
    setBusy(isBusy(state))
    // The rows of the check or run before are no longer those that count.
    if (!isBusy(state)) void refresh(`/api/imports/${id}/bad-rows`)
  }, [state, id])
  return (
    <Answer of={asked}>
      {(detail) =>
        run ? (
          <WorkPanel detail={detail} edit={() => go({ id })} />
        ) : (
          <MappingStep detail={detail} done={() => go({ id, run: true })} />
        )
      }
    </Answer>
  )
}

function UploadStep({ done }: { done: (made: ImportDetail) => void }) {
  const t = useText()
  const { me } = useSession()
  const { bytes } = useFormats()
  const [file, setFile] = useState<File>()
  const [share, setShare] = useState(0)
  const [failure, setFailure] = useState<unknown>()
  const stop = useRef<AbortController>(undefined)
  useEffect(() => () => stop.current?.abort(), [])

  async function begin(chosen: File) {
    stop.current = new AbortController()
    setFile(chosen)
    setFailure(undefined)
    setShare(0)
    try {
      // Loaded with the page that needs it, not with the list.
      const { uploadFile } = await import('./upload.ts')
      const made = await uploadFile(chosen, me.csrf, setShare, stop.current.signal)
      await refresh('/api/imports')
      done(made)
    } catch (error) {
      if (!stop.current.signal.aborted) setFailure(error)
      setFile(undefined)
    }
  }

  return (
    <Panel title={t('上传文件', 'Upload a file')}>
      {failure instanceof Error ? (
        <Alert
          className="zx-note"
          type="error"
          showIcon
          title={failure.message}
          description={<RequestId error={failure} />}
        />
      ) : null}
      {file ? (
        <div className="zx-import-uploading" role="status">
          <strong>{file.name}</strong> <span className="zx-quiet">{bytes(file.size)}</span>
          <Progress percent={Math.round(share * 100)} status="active" />
          <p className="zx-quiet">
            {share < 1 ? t('正在上传…', 'Uploading…') : t('正在识别文件内容…', 'Looking at what it is…')}
          </p>
          <Button onClick={() => stop.current?.abort()}>{t('取消上传', 'Stop')}</Button>
        </div>
      ) : (
        <Upload.Dragger
          className="zx-import-drop"
          multiple={false}
          showUploadList={false}
          beforeUpload={(chosen) => {
            void begin(chosen)
            return false
          }}
        >
          <p className="zx-import-drop-icon">
            <InboxOutlined aria-hidden />
          </p>
          <p className="zx-import-drop-title">
            {t('点击选择,或将文件拖到此处', 'Click to choose, or drop a file here')}
          </p>
          <p className="zx-quiet">
            {t(
              '支持 CSV、Excel(.xlsx)、Parquet、JSON Lines,可用 gz 压缩;编码与分隔符自动识别',
              'CSV, Excel (.xlsx), Parquet, JSON lines, gzipped or not; encoding and delimiter are found',
            )}
          </p>
        </Upload.Dragger>
      )}
    </Panel>
  )
}
