import { Alert, Button, Progress } from 'antd'
import { useNavigate } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useAct, useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import type { ImportDetail, RunImport } from '../contract.ts'
import { BadRowsPanel, ReasonsPanel } from './badRows.tsx'
import { isBusy } from './words.ts'

/** What was found, what was done, and what can be done next. */
export function WorkPanel({ detail, edit }: { detail: ImportDetail; edit: () => void }) {
  const { state, error } = detail
  const t = useText()
  const bad = state === 'checked' ? (detail.checked?.bad ?? 0) : detail.counts.bad + detail.counts.rejected
  return (
    <>
      {error && state === 'failed' ? <Alert className="zx-note" type="error" showIcon title={t(error)} /> : null}
      {isBusy(state) ? <Working detail={detail} /> : null}
      {state === 'mapped' || state === 'checked' ? <Checked detail={detail} edit={edit} /> : null}
      {state === 'done' || state === 'failed' || state === 'cancelled' || state === 'running' ? (
        <Figures detail={detail} />
      ) : null}
      <ReasonsPanel reasons={detail.reasons} />
      {bad > 0 && !isBusy(state) ? <BadRowsPanel detail={detail} count={bad} /> : null}
    </>
  )
}

function useImportActs(id: string) {
  const t = useText()
  const act = useAct()
  const navigate = useNavigate()
  const post = async (verb: string, body?: RunImport) => {
    await api.post(`/api/imports/${id}/${verb}`, body)
    await refresh('/api/imports')
  }
  return {
    check: () => void act(() => post('check'), t('开始检查', 'The check has begun')),
    run: async (given: RunImport) => {
      if (await act(() => post('run', given), t('开始导入', 'The import has begun')))
        void navigate(`/sense/imports/${id}`)
    },
    cancel: () => post('cancel'),
  }
}

function Working({ detail }: { detail: ImportDetail }) {
  const t = useText()
  const { number } = useFormats()
  const confirm = useConfirmAct()
  const { cancel } = useImportActs(detail.id)
  const checking = detail.state === 'checking'
  const title = checking ? t('正在检查', 'Checking') : t('正在导入', 'Importing')
  const stop = () =>
    confirm({
      title: checking ? t('停止检查?', 'Stop the check?') : t('取消导入?', 'Cancel the import?'),
      says: checking
        ? t('检查可以随时重新开始。', 'It can be begun again at any time.')
        : t(
            '已导入的数据保留;之后可以从停下的地方继续。',
            'What was imported stays; it can go on later from where it stopped.',
          ),
      ok: checking ? t('停止检查', 'Stop') : t('取消导入', 'Cancel the import'),
      danger: !checking,
      run: cancel,
    })
  return (
    <Panel
      title={title}
      extra={
        <Can needs="imports.run">
          <Button onClick={stop}>{checking ? t('停止检查', 'Stop') : t('取消导入', 'Cancel the import')}</Button>
        </Can>
      }
    >
      <Progress percent={Math.floor((detail.progress ?? 0) * 100)} status="active" aria-label={title} />
      <p className="zx-quiet" role="status">
        {t(`已处理 ${number(detail.counts.read)} 行`, `${number(detail.counts.read)} rows so far`)}
        {detail.counts.bad > 0 ? t(`,坏行 ${number(detail.counts.bad)}`, `, ${number(detail.counts.bad)} bad`) : ''}
        {t('。可以离开本页,工作在后台继续。', '. You may leave this page: the work goes on.')}
      </p>
    </Panel>
  )
}

function Checked({ detail, edit }: { detail: ImportDetail; edit: () => void }) {
  const t = useText()
  const { number } = useFormats()
  const { check, run } = useImportActs(detail.id)
  const { checked } = detail
  const bad = checked?.bad ?? 0
  return (
    <Panel title={checked ? t('检查结果', 'What the check found') : t('尚未检查', 'Not checked yet')}>
      {checked ? (
        <div className="zx-import-figures">
          <Figure name={t('总行数', 'Rows')} value={number(checked.rows)} />
          <Figure name={t('正确', 'Good')} value={number(checked.good)} kind="good" />
          <Figure name={t('坏行', 'Bad')} value={number(bad)} kind={bad > 0 ? 'bad' : undefined} />
        </div>
      ) : (
        <p className="zx-quiet">
          {t(
            '检查会读完整个文件,指出每一个坏行,不写入任何数据。',
            'A check reads the whole file and names every bad row; it writes nothing.',
          )}
        </p>
      )}
      <Can needs="imports.run">
        <div className="zx-import-acts">
          {checked && bad === 0 ? (
            <Button type="primary" onClick={() => void run({ mode: 'all' })}>
              {t(`导入全部 ${number(checked.rows)} 行`, `Import all ${number(checked.rows)} rows`)}
            </Button>
          ) : null}
          {checked && bad > 0 && checked.good > 0 ? (
            <Button type="primary" onClick={() => void run({ mode: 'good' })}>
              {t(`只导入正确的 ${number(checked.good)} 行`, `Import the ${number(checked.good)} good rows`)}
            </Button>
          ) : null}
          <Button type={checked ? 'default' : 'primary'} onClick={check}>
            {checked ? t('重新检查', 'Check again') : t('检查', 'Check')}
          </Button>
          <Button onClick={edit}>{t('修改映射', 'Change the mapping')}</Button>
        </div>
      </Can>
    </Panel>
  )
}

function Figures({ detail }: { detail: ImportDetail }) {
  const t = useText()
  const { number, span } = useFormats()
  const { counts, startedAt, finishedAt, state } = detail
  const stopped = state === 'failed' || state === 'cancelled'
  const { run } = useImportActs(detail.id)
  const confirm = useConfirmAct()
  const mode = detail.mode ?? 'good'
  const again = () =>
    confirm({
      title: t('重新导入整个文件?', 'Import the whole file again?'),
      says: t(
        '已导入过的行会被识别为重复,不会再次写入;统计与坏行重新计算。',
        'Rows that were imported are known and not stored again; figures and bad rows are made anew.',
      ),
      ok: t('重新导入', 'Import again'),
      run: () => run({ mode, restart: true }),
    })
  return (
    <Panel
      title={t('导入结果', 'Result')}
      extra={
        <Can needs="imports.run">
          {stopped && detail.startedAt && !detail.fileGone ? (
            <Button type="primary" onClick={() => void run({ mode })}>
              {t('从停下处继续', 'Go on')}
            </Button>
          ) : null}{' '}
          {state !== 'running' && detail.mode && !detail.fileGone ? (
            <Button onClick={again}>{t('重新导入', 'Import again')}</Button>
          ) : null}
        </Can>
      }
    >
      <div className="zx-import-figures">
        <Figure name={t('已处理', 'Rows done')} value={number(counts.read)} />
        <Figure name={t('导入', 'Imported')} value={number(counts.accepted)} kind="good" />
        <Figure
          name={t('重复', 'Known')}
          value={number(counts.duplicates)}
          hint={t('之前已导入过,未重复写入', 'Imported before, not stored again')}
        />
        {counts.resent > 0 ? (
          <Figure
            name={t('续传', 'Sent again')}
            value={number(counts.resent)}
            hint={t('中断前已写入,只存一次', 'Stored just before it was cut off, once')}
          />
        ) : null}
        <Figure name={t('坏行', 'Bad')} value={number(counts.bad)} kind={counts.bad > 0 ? 'bad' : undefined} />
        {counts.rejected > 0 ? <Figure name={t('拒收', 'Refused')} value={number(counts.rejected)} kind="bad" /> : null}
        {startedAt && finishedAt ? (
          <Figure name={t('用时', 'Took')} value={span(Date.parse(finishedAt) - Date.parse(startedAt))} />
        ) : null}
      </div>
    </Panel>
  )
}

function Figure({ name, value, hint, kind }: { name: string; value: string; hint?: string; kind?: 'good' | 'bad' }) {
  return (
    <div className={kind ? `zx-import-figure zx-import-${kind}` : 'zx-import-figure'} title={hint}>
      <span>{name}</span>
      <strong>{value}</strong>
    </div>
  )
}
