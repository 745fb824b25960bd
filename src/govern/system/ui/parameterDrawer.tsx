import { Button, Drawer } from 'antd'
import { type TSchema, Type } from 'typebox'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { Panel } from '../../../console/kit/pageHead.tsx'
import { SchemaForm } from '../../../console/kit/schemaForm.tsx'
import { useCan } from '../../../console/kit/session.tsx'
import { Answer } from '../../../console/kit/states.tsx'
import { text, useText } from '../../../console/kit/text.ts'
import { Timeline } from '../../../console/kit/timeline.tsx'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { ParameterChange, ParameterRow } from '../contract.ts'
import { ParameterValue } from './parameterValue.tsx'

/** One parameter: its form made of its own schema, the way back to the default, and who changed it when. */
export function ParameterDrawer({ row, close }: { row: ParameterRow | undefined; close: () => void }) {
  const t = useText()
  return (
    <Drawer open={row !== undefined} size={480} onClose={close} destroyOnHidden title={row ? t(row.text) : ''}>
      {row ? <Sheet key={row.revision} row={row} close={close} /> : null}
    </Drawer>
  )
}

function Sheet({ row, close }: { row: ParameterRow; close: () => void }) {
  const t = useText()
  const can = useCan()
  const confirm = useConfirmAct()
  const may = can('system.parameter.edit') && can(row.needs ?? undefined)
  const path = `/api/system/parameters/${encodeURIComponent(row.name)}`
  const reset = () =>
    confirm({
      title: t(`将“${row.text.zh}”恢复为默认值?`, `Put “${row.text.en}” back to its default?`),
      says: (
        <>
          {t('默认值:', 'The default: ')}
          <strong>
            <ParameterValue row={row} value={row.default} />
          </strong>
        </>
      ),
      ok: t('恢复默认', 'Put back'),
      async run() {
        await api.post(`${path}/reset`, { revision: row.revision })
        await refresh('/api/system/parameters')
      },
      done: t('已恢复默认', 'Put back'),
    })
  return (
    <>
      <p className="zx-quiet">
        <code>{row.name}</code>
      </p>
      {row.help ? <p className="zx-quiet">{t(row.help)}</p> : null}
      <p className="zx-codes-bar">
        {t('默认值:', 'Default: ')}
        <strong>
          <ParameterValue row={row} value={row.default} />
        </strong>
        {may && !row.isDefault ? (
          <Button size="small" onClick={reset}>
            {t('恢复默认', 'Put back')}
          </Button>
        ) : null}
      </p>
      <SchemaForm
        schema={Type.Object({ value: row.schema as TSchema })}
        initial={{ value: row.value }}
        parts={[
          {
            name: 'value',
            label: row.unit ? text(`值(${row.unit.zh})`, `Value (${row.unit.en})`) : text('值', 'Value'),
            wide: true,
          },
        ]}
        submit={text('保存', 'Save')}
        readOnly={!may}
        cancel={close}
        save={async ({ value }) => {
          await api.put(path, { revision: row.revision, value })
          await refresh('/api/system/parameters')
        }}
        reload={() => void refresh('/api/system/parameters')}
      />
      <History row={row} path={path} />
    </>
  )
}

function History({ row, path }: { row: ParameterRow; path: string }) {
  const t = useText()
  const asked = useApi<{ items: ParameterChange[] }>(`${path}/history`)
  return (
    <Answer of={asked}>
      {({ items }) =>
        items.length === 0 ? null : (
          <div className="zx-below">
            <Panel title={t('修改历史', 'History')}>
              <Timeline
                items={items.map((change) => ({
                  key: String(change.revision),
                  at: change.at,
                  what:
                    change.value === null ? (
                      t('恢复默认', 'Put back to the default')
                    ) : (
                      <ParameterValue row={row} value={change.value} />
                    ),
                  more: change.by,
                }))}
              />
            </Panel>
          </div>
        )
      }
    </Answer>
  )
}
