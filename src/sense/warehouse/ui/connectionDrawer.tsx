import { CheckCircleFilled, CloseCircleFilled, ExclamationCircleFilled } from '@ant-design/icons'
import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useAct, useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { Detail } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { Connection, Tested } from '../contract.ts'
import { connectionParts, connectionSchema, placeText } from './connectionForm.tsx'
import { kindNames, stepNames, tlsNames } from './words.ts'

const again = () => refresh('/api/warehouse/connections')

export function ConnectionDrawer({ id, close }: { id: string | undefined; close: () => void }) {
  const t = useText()
  return (
    <Drawer open={id !== undefined} size={680} onClose={close} destroyOnHidden title={t('数据连接', 'Connection')}>
      {id ? <Asked id={id} close={close} /> : null}
    </Drawer>
  )
}

function Asked({ id, close }: { id: string; close: () => void }) {
  const asked = useApi<Connection>(`/api/warehouse/connections/${id}`)
  return <Answer of={asked}>{(connection) => <Sheet connection={connection} close={close} />}</Answer>
}

function Sheet({ connection, close }: { connection: Connection; close: () => void }) {
  const t = useText()
  const { time } = useFormats()
  const [editing, setEditing] = useState(false)
  const { id, name, kind, settings, tested, mappings, version } = connection
  return (
    <>
      <div className="zx-wh-head">
        <h2>{name}</h2>
        <Can needs="warehouse.connection.edit">
          <div className="zx-head-acts">
            <TestButton id={id} />
            <Button onClick={() => setEditing(true)}>{t('编辑', 'Edit')}</Button>
            <RemoveButton connection={connection} close={close} />
          </div>
        </Can>
      </div>
      <Detail
        items={[
          { label: t('类型', 'Kind'), value: t(kindNames[kind]) },
          { label: t('归属机构', 'Organisation'), value: connection.org.name },
          { label: t('位置', 'Where'), value: <code>{placeText(connection)}</code>, wide: true },
          settings.tls !== undefined && { label: t('加密', 'Encryption'), value: t(tlsNames[settings.tls]) },
          {
            label: t('密码', 'Secret'),
            value: connection.hasSecret ? t('已保存(不显示)', 'Kept, not shown') : t('无', 'None'),
          },
          {
            label: t('映射', 'Mappings'),
            value: <Link to={`/sense/warehouse?connection=${id}`}>{t(`${mappings} 个`, String(mappings))}</Link>,
          },
          { label: t('创建', 'Created'), value: `${connection.by} ${time(connection.createdAt)}` },
          {
            label: t('血缘', 'Lineage'),
            value: <Link to={`/sense/lineage?kind=connection&id=${id}`}>{t('查看下游', 'What is made of it')}</Link>,
          },
        ]}
      />
      <TestResult tested={tested} />
      <FormDrawer
        open={editing}
        title={t('编辑连接', 'Edit the connection')}
        close={() => setEditing(false)}
        schema={connectionSchema(kind, false)}
        initial={{ name, settings, version }}
        parts={connectionParts(kind, false)}
        submit={text('保存', 'Save')}
        save={async (values) => {
          await api.patch(`/api/warehouse/connections/${id}`, { ...values, version })
          await again()
        }}
        reload={() => void again()}
      />
    </>
  )
}

function TestButton({ id }: { id: string }) {
  const t = useText()
  const act = useAct()
  const [busy, setBusy] = useState(false)
  const test = async () => {
    setBusy(true)
    await act(
      async () => {
        await api.post(`/api/warehouse/connections/${id}/test`)
        await again()
      },
      t('测试完成', 'Tested'),
    )
    setBusy(false)
  }
  return (
    <Button type="primary" loading={busy} onClick={() => void test()}>
      {t('测试连接', 'Test')}
    </Button>
  )
}

function RemoveButton({ connection, close }: { connection: Connection; close: () => void }) {
  const t = useText()
  const confirm = useConfirmAct()
  const remove = () =>
    confirm({
      title: t(`删除连接“${connection.name}”?`, `Delete the connection ${connection.name}?`),
      says: t('连接设置与密码将被删除,不能恢复。', 'Its settings and its secret go for good.'),
      ok: t('删除', 'Delete'),
      danger: true,
      done: t('已删除', 'Deleted'),
      run: async () => {
        await api.delete(`/api/warehouse/connections/${connection.id}`)
        close()
        await again()
      },
    })
  return (
    <Button danger onClick={remove}>
      {t('删除', 'Delete')}
    </Button>
  )
}

const marks = {
  ok: <CheckCircleFilled className="zx-wh-ok" aria-hidden />,
  warn: <ExclamationCircleFilled className="zx-wh-warn" aria-hidden />,
  failed: <CloseCircleFilled className="zx-wh-bad" aria-hidden />,
}

/** Step by step, so that one sees which one failed. */
function TestResult({ tested }: { tested: Tested | null }) {
  const t = useText()
  const { second } = useFormats()
  return (
    <section className="zx-wh-test" aria-live="polite">
      <h3>
        {t('连接测试', 'Test')} {tested ? <span className="zx-quiet">{second(tested.at)}</span> : null}
      </h3>
      {tested ? (
        <ol>
          {tested.steps.map(({ step, result, says }) => (
            <li key={step}>
              {marks[result]} <strong>{t(stepNames[step])}</strong> <span>{t(says)}</span>
            </li>
          ))}
        </ol>
      ) : (
        <p className="zx-quiet">{t('尚未测试', 'Not tested yet')}</p>
      )}
    </section>
  )
}
