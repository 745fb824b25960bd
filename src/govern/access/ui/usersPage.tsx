import { PlusOutlined } from '@ant-design/icons'
import { Button, Tag } from 'antd'
import { Link } from 'react-router'
import { DataTable } from '../../../console/kit/dataTable.tsx'
import { useFormats } from '../../../console/kit/format.ts'
import { PageHead } from '../../../console/kit/pageHead.tsx'
import { Can, useCan } from '../../../console/kit/session.tsx'
import type { Filter } from '../../../console/kit/tableFilters.tsx'
import type { Column } from '../../../console/kit/tableView.tsx'
import { sayNow, type Text, text, useText } from '../../../console/kit/text.ts'
import { OrgPicker } from '../../orgs/ui/orgPicker.tsx'
import type { User } from '../contract.ts'
import { useRoles } from './useRoles.ts'
import { useUserActs } from './userActs.tsx'
import { userStateColours, userStateNames } from './words.ts'

function useColumns(): Column<User>[] {
  const t = useText()
  const { time, ago } = useFormats()
  const rolesOf = (user: User) => user.grants.map(({ role, org }) => `${sayNow()(role.name)}@${org.name}`).join('; ')
  return [
    { key: 'name', title: text('姓名', 'Name'), sort: true, width: 130 },
    { key: 'login', title: text('用户名', 'Login'), sort: true, width: 140 },
    {
      key: 'org',
      title: text('所属机构', 'Organisation'),
      show: ({ org }) => org.name,
      text: ({ org }) => org.name,
      width: 170,
    },
    { key: 'roles', title: text('角色', 'Roles'), show: (user) => <GrantTags user={user} />, text: rolesOf },
    {
      key: 'state',
      title: text('状态', 'State'),
      width: 100,
      show: ({ state }) => <Tag color={userStateColours[state]}>{t(userStateNames[state])}</Tag>,
      text: ({ state }) => sayNow()(userStateNames[state]),
    },
    {
      key: 'totpOn',
      title: text('两步验证', 'Two steps'),
      hidden: true,
      width: 100,
      show: ({ totpOn }) => (totpOn ? t('已开启', 'On') : <span className="zx-quiet">{t('未开启', 'Off')}</span>),
    },
    {
      key: 'lastSignInAt',
      title: text('最近登录', 'Last sign-in'),
      sort: true,
      width: 140,
      show: ({ lastSignInAt }) => <span title={time(lastSignInAt)}>{ago(lastSignInAt)}</span>,
    },
    { key: 'email', title: text('邮箱', 'Email'), hidden: true },
    {
      key: 'createdAt',
      title: text('创建时间', 'Created'),
      sort: true,
      hidden: true,
      show: ({ createdAt }) => time(createdAt),
    },
  ]
}

/** A role and where it is held; the place is left out where it is the person's own. */
function GrantTags({ user }: { user: User }) {
  const t = useText()
  if (user.grants.length === 0) return <span className="zx-quiet">{t('无', 'None')}</span>
  return user.grants.slice(0, 4).map(({ role, org }) => (
    <Tag key={`${role.id}${org.id}`}>
      {t(role.name)}
      {org.id === user.org.id ? null : <span className="zx-quiet"> @{org.name}</span>}
    </Tag>
  ))
}

const searches: Text = text('搜索姓名、用户名、邮箱', 'Search name, login, email')

export function UsersPage() {
  const t = useText()
  const can = useCan()
  const acts = useUserActs()
  const columns = useColumns()
  const roles = useRoles()
  const filters: Filter[] = [
    {
      key: 'state',
      title: text('状态', 'State'),
      kind: 'choice',
      options: Object.entries(userStateNames).map(([value, label]) => ({ value, label })),
    },
    ...(roles.length > 0
      ? [
          {
            key: 'role',
            title: text('角色', 'Role'),
            kind: 'choice' as const,
            options: roles.map(({ id, name }) => ({ value: id, label: name })),
          },
        ]
      : []),
    ...(can('orgs.read')
      ? [
          {
            key: 'org',
            title: text('机构', 'Organisation'),
            kind: 'own' as const,
            draw: (value: string | undefined, change: (value: string | undefined) => void) => (
              <span className="zx-filter-org" key="org">
                <OrgPicker
                  label={t('机构', 'Organisation')}
                  placeholder={t('机构(含下级)', 'Organisation and below')}
                  value={value}
                  onChange={change}
                  allowClear
                />
              </span>
            ),
          },
        ]
      : []),
  ]
  return (
    <>
      <PageHead
        title={t('用户', 'Users')}
        hint={t(
          '使用本系统的行内人员,及其在各机构的角色',
          'The people who work in this console, and their roles at each organisation',
        )}
      >
        <Can needs="access.user.edit">
          <Link to="/govern/users/new">
            <Button type="primary" icon={<PlusOutlined aria-hidden />}>
              {t('新建用户', 'New user')}
            </Button>
          </Link>
        </Can>
      </PageHead>
      <DataTable<User>
        id="users"
        label={text('用户', 'Users')}
        url="/api/access/users"
        columns={columns}
        rowKey={({ id }) => id}
        filters={filters}
        search={searches}
        sort="name"
        href={({ id }) => `/govern/users/${id}`}
        acts={can('access.user.edit') ? acts.forList : undefined}
      />
      {acts.secret}
    </>
  )
}
