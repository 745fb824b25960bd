import { Alert, Button, Select, Tag } from 'antd'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { Detail } from '../../../console/kit/detail.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead, Panel } from '../../../console/kit/pageHead.tsx'
import { Can } from '../../../console/kit/session.tsx'
import { Answer, Empty } from '../../../console/kit/states.tsx'
import { type Column, TableView } from '../../../console/kit/tableView.tsx'
import { type Text, text, useText } from '../../../console/kit/text.ts'
import { refresh, useApi } from '../../../console/kit/useApi.ts'
import type { Algorithm, DataKey, KeyOverview } from '../contract.ts'

const stateNames: Record<DataKey['state'], Text> = {
  coming: text('待启用', 'Coming'),
  active: text('使用中', 'In use'),
  retiring: text('迁移中', 'Being left'),
  retired: text('已停用', 'Retired'),
}
const stateColours = { coming: 'processing', active: 'success', retiring: 'warning', retired: 'default' } as const

const algorithmNames: Record<Algorithm, Text> = {
  'aes-256-gcm': text('AES-256-GCM', 'AES-256-GCM'),
  'sm4-ctr-hmac-sm3': text('国密 SM4-CTR + HMAC-SM3', 'SM4-CTR + HMAC-SM3 (Chinese standard)'),
}

export function DataKeysPage() {
  const t = useText()
  const asked = useApi<KeyOverview>('/api/privacy/keys', undefined, { refetchEvery: 15_000 })
  return (
    <>
      <PageHead
        title={t('个人信息密钥', 'Personal data keys')}
        hint={t(
          '手机号、证件号等个人信息以数据密钥加密,数据密钥再由主密钥包裹。轮换期间业务不中断。',
          'Mobile numbers, certificates and the like are sealed under a data key, which a master key wraps. Nothing stops while keys are rotated.',
        )}
      >
        <Can needs="privacy.keys.rotate">
          <RotateButton />
        </Can>
      </PageHead>
      <Answer of={asked}>{(overview) => <Overview overview={overview} />}</Answer>
    </>
  )
}

function RotateButton() {
  const t = useText()
  const confirm = useConfirmAct()
  function ask() {
    let algorithm: Algorithm | undefined
    confirm({
      title: t('轮换数据密钥?', 'Rotate the data key?'),
      says: (
        <>
          <p>
            {t(
              '将生成新的数据密钥。新数据使用新密钥加密,已有数据在后台逐步改用新密钥,业务不受影响。旧密钥保留,用于恢复备份。',
              'A new data key is made. New values are sealed under it, and those already kept are moved to it in the background; nothing stops. Old keys are kept, backups may need them.',
            )}
          </p>
          <Select<Algorithm>
            aria-label={t('加密算法', 'Algorithm')}
            style={{ width: '100%' }}
            placeholder={t('沿用当前算法', 'Keep the algorithm in use')}
            allowClear
            options={(Object.keys(algorithmNames) as Algorithm[]).map((value) => ({
              value,
              label: t(algorithmNames[value]),
            }))}
            onChange={(value) => {
              algorithm = value
            }}
          />
        </>
      ),
      ok: t('轮换', 'Rotate'),
      async run() {
        await api.post('/api/privacy/keys/rotate', algorithm ? { algorithm } : {})
        await refresh('/api/privacy')
      },
      done: t('已生成新密钥,正在迁移', 'The new key is made; values are being moved'),
    })
  }
  return (
    <Button type="primary" onClick={ask}>
      {t('轮换数据密钥', 'Rotate the data key')}
    </Button>
  )
}

function Overview({ overview }: { overview: KeyOverview }) {
  const t = useText()
  const { time, number } = useFormats()
  const broken = overview.columns.reduce((sum, column) => sum + column.broken, 0)
  const keys: Column<DataKey>[] = [
    { key: 'id', title: text('编号', 'No.'), show: ({ id }) => `#${id}`, width: 80 },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 110,
      show: ({ state }) => <Tag color={stateColours[state]}>{t(stateNames[state])}</Tag>,
    },
    { key: 'algorithm', title: text('算法', 'Algorithm'), show: ({ algorithm }) => t(algorithmNames[algorithm]) },
    { key: 'values', title: text('加密条数', 'Values'), align: 'right', show: ({ values }) => number(values) },
    { key: 'master', title: text('主密钥校验值', 'Master key'), show: ({ master }) => <code>{master}</code> },
    { key: 'madeAt', title: text('生成时间', 'Made'), show: ({ madeAt }) => time(madeAt) },
    { key: 'usedFrom', title: text('启用时间', 'Used from'), show: ({ usedFrom }) => time(usedFrom) },
    { key: 'retiredAt', title: text('停用时间', 'Retired'), show: ({ retiredAt }) => time(retiredAt) },
  ]
  const columns: Column<KeyOverview['columns'][number]>[] = [
    { key: 'name', title: text('存放位置', 'Where'), show: ({ name }) => <code>{name}</code> },
    { key: 'values', title: text('加密条数', 'Values'), align: 'right', show: ({ values }) => number(values) },
    { key: 'left', title: text('待迁移', 'To be moved'), align: 'right', show: ({ left }) => number(left) },
    {
      key: 'broken',
      title: text('无法解开', 'Do not open'),
      align: 'right',
      show: ({ broken }) => (broken > 0 ? <Tag color="error">{number(broken)}</Tag> : number(broken)),
    },
    { key: 'countedAt', title: text('统计时间', 'Counted'), show: ({ countedAt }) => time(countedAt) },
  ]
  return (
    <>
      {broken > 0 ? (
        <Alert
          type="error"
          showIcon
          className="zx-note"
          title={t(
            `有 ${number(broken)} 条密文无法解开,可能被从外部改动`,
            `${number(broken)} sealed values do not open: they may have been changed from outside`,
          )}
        />
      ) : null}
      <MasterPanel overview={overview} />
      <Panel title={t('数据密钥', 'Data keys')} flush>
        <TableView
          label={t('数据密钥', 'Data keys')}
          columns={keys}
          rows={overview.items}
          rowKey={({ id }) => String(id)}
        />
      </Panel>
      <Panel title={t('加密数据', 'What is sealed')} flush>
        <TableView
          label={t('加密数据', 'What is sealed')}
          columns={columns}
          rows={overview.columns}
          rowKey={({ name }) => name}
          empty={<Empty title={t('还没有加密的个人信息', 'No personal data is kept yet')} />}
        />
      </Panel>
    </>
  )
}

function MasterPanel({ overview }: { overview: KeyOverview }) {
  const t = useText()
  const confirm = useConfirmAct()
  const rewrap = () =>
    confirm({
      title: t('用当前主密钥重新包裹?', 'Wrap the keys anew?'),
      says: t(
        '更换主密钥后执行:把仍由旧主密钥包裹的数据密钥改由当前主密钥包裹。数据本身不变。',
        'For after the master key was replaced: data keys still wrapped by the old one are wrapped by the one in use. The data itself is not touched.',
      ),
      ok: t('重新包裹', 'Wrap anew'),
      async run() {
        await api.post('/api/privacy/master/rotate')
        await refresh('/api/privacy')
      },
      done: t('已重新包裹', 'Wrapped anew'),
    })
  return (
    <Panel
      title={t('主密钥', 'Master key')}
      extra={
        overview.toRewrap > 0 ? (
          <Can needs="privacy.keys.rotate">
            <Button onClick={rewrap}>{t('重新包裹', 'Wrap anew')}</Button>
          </Can>
        ) : null
      }
    >
      <Detail
        items={[
          { label: t('当前校验值', 'Check value in use'), value: <code>{overview.masterInUse}</code> },
          { label: t('待重新包裹的数据密钥', 'Data keys to wrap anew'), value: overview.toRewrap },
        ]}
      />
    </Panel>
  )
}
