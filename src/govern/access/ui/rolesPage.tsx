import { PlusOutlined } from '@ant-design/icons'
import { Button, Tag } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api } from '../../../console/kit/api.ts'
import { useConfirmAct } from '../../../console/kit/confirmAct.tsx'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { FormDrawer } from '../../../console/kit/formDrawer.tsx'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can, useCan } from '../../../console/kit/session.tsx'
import type { Column, RowAct } from '../../../console/kit/tableView.tsx'
import { sayNow, text, useText } from '../../../console/kit/text.ts'
import { refresh } from '../../../console/kit/useApi.ts'
import { type Role, RoleCopy } from '../contract.ts'

export function RolesPage() {
  const t = useText()
  const can = useCan()
  const { time, number } = useFormats()
  const navigate = useNavigate()
  const [copied, setCopied] = useState<Role>()
  const remove = useRemoveRole()
  const columns: Column<Role>[] = [
    {
      key: 'name',
      title: text('角色', 'Role'),
      sort: true,
      show: ({ name }) => t(name),
      text: ({ name }) => sayNow()(name),
      width: 180,
    },
    {
      key: 'builtIn',
      title: text('类别', 'Kind'),
      width: 100,
      show: ({ builtIn }) => (
        <Tag color={builtIn ? 'processing' : undefined}>{builtIn ? t('内置', 'Built in') : t('自定义', 'Custom')}</Tag>
      ),
    },
    {
      key: 'description',
      title: text('说明', 'Description'),
      show: ({ description }) => t(description),
      text: ({ description }) => sayNow()(description),
    },
    {
      key: 'permissions',
      title: text('权限数', 'Permissions'),
      align: 'right',
      width: 110,
      show: ({ permissions }) => number(permissions.length),
      text: ({ permissions }) => permissions.length,
    },
    {
      key: 'users',
      title: text('用户数', 'Users'),
      align: 'right',
      width: 100,
      show: ({ id, users }) =>
        can('access.user.read') ? <Link to={`/govern/users?role=${id}`}>{number(users)}</Link> : number(users),
      text: ({ users }) => users,
    },
    { key: 'updatedAt', title: text('最近修改', 'Last change'), width: 150, show: ({ updatedAt }) => time(updatedAt) },
  ]
  const acts = (role: Role): RowAct[] => [
    { key: 'copy', label: t('复制', 'Copy'), run: () => setCopied(role) },
    ...(role.builtIn ? [] : [{ key: 'remove', label: t('删除', 'Delete'), danger: true, run: () => remove(role) }]),
  ]
  return (
    <>
      <PageHead
        title={t('角色', 'Roles')}
        hint={t(
          '角色是一组功能权限,授予用户时再指定机构。内置角色不能修改,可以复制后调整。',
          'A role is a set of permissions, given to a user at an organisation. Built-in ones cannot be changed; copy one and adjust it.',
        )}
      >
        <Can needs="access.role.edit">
          <Link to="/govern/roles/new">
            <Button type="primary" icon={<PlusOutlined aria-hidden />}>
              {t('新建角色', 'New role')}
            </Button>
          </Link>
        </Can>
      </PageHead>
      <DataTable<Role>
        id="roles"
        label={text('角色', 'Roles')}
        url="/api/access/roles"
        columns={columns}
        rowKey={({ id }) => id}
        search={text('搜索角色名称', 'Search roles')}
        sort="name"
        href={({ id }) => `/govern/roles/${id}`}
        acts={can('access.role.edit') ? acts : undefined}
      />
      <CopyRoleDrawer
        role={copied}
        close={() => setCopied(undefined)}
        made={(id) => void navigate(`/govern/roles/${id}`)}
      />
    </>
  )
}

export function useRemoveRole(): (role: Role, done?: () => void) => void {
  const t = useText()
  const confirm = useConfirmAct()
  return (role, done) =>
    confirm({
      title: t(`删除角色“${role.name.zh}”?`, `Delete the role ${role.name.en}?`),
      says:
        role.users > 0
          ? t(
              `有 ${role.users} 名用户持有该角色。删除后他们将失去这些权限。`,
              `${role.users} users hold it. They lose its permissions.`,
            )
          : t('没有用户持有该角色。删除后不能恢复。', 'Nobody holds it. It cannot be brought back.'),
      ok: t('删除', 'Delete'),
      danger: true,
      typed: t(role.name),
      async run() {
        await api.delete(`/api/access/roles/${role.id}`)
        // Away from its page first: it can no longer be asked for.
        done?.()
        await refresh('/api/access/roles', '/api/access/users')
      },
      done: t('已删除', 'Deleted'),
    })
}

type CopyProps = { role: Role | undefined; close: () => void; made: (id: string) => void }

export function CopyRoleDrawer({ role, close, made }: CopyProps) {
  const t = useText()
  return (
    <FormDrawer
      open={role !== undefined}
      title={role ? t(`复制角色:${role.name.zh}`, `Copy the role ${role.name.en}`) : ''}
      close={close}
      schema={RoleCopy}
      initial={role ? { name: { zh: `${role.name.zh}(副本)`, en: `${role.name.en} (copy)` } } : {}}
      parts={[
        { name: 'name.zh', label: text('中文名称', 'Chinese name'), wide: true },
        { name: 'name.en', label: text('英文名称', 'English name'), wide: true },
      ]}
      submit={text('复制', 'Copy')}
      save={async (values) => {
        const copy = await api.post<Role>(`/api/access/roles/${role?.id}/copy`, values)
        await refresh('/api/access/roles')
        made(copy.id)
      }}
    />
  )
}
