import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

const section = text('机构与权限', 'Organisation and access')

export const accessPages: readonly Page[] = [
  {
    path: 'govern/users',
    title: text('用户', 'Users'),
    phase: 'govern',
    section,
    icon: 'users',
    needs: 'access.user.read',
    words: 'yonghu yh account staff',
    load: () => import('./usersPage.tsx').then((m) => m.UsersPage),
  },
  {
    path: 'govern/users/new',
    title: text('新建用户', 'New user'),
    phase: 'govern',
    under: 'govern/users',
    needs: 'access.user.edit',
    load: () => import('./newUserPage.tsx').then((m) => m.NewUserPage),
  },
  {
    path: 'govern/users/:id',
    title: text('用户详情', 'User'),
    phase: 'govern',
    under: 'govern/users',
    needs: 'access.user.read',
    load: () => import('./userPage.tsx').then((m) => m.UserPage),
  },
  {
    path: 'govern/roles',
    title: text('角色', 'Roles'),
    phase: 'govern',
    section,
    icon: 'roles',
    needs: 'access.role.read',
    words: 'juese js permission quanxian qx',
    load: () => import('./rolesPage.tsx').then((m) => m.RolesPage),
  },
  {
    path: 'govern/roles/new',
    title: text('新建角色', 'New role'),
    phase: 'govern',
    under: 'govern/roles',
    needs: 'access.role.edit',
    load: () => import('./newRolePage.tsx').then((m) => m.NewRolePage),
  },
  {
    path: 'govern/roles/:id',
    title: text('角色详情', 'Role'),
    phase: 'govern',
    under: 'govern/roles',
    needs: 'access.role.read',
    load: () => import('./rolePage.tsx').then((m) => m.RolePage),
  },
  {
    path: 'govern/keys',
    title: text('服务密钥', 'Service keys'),
    phase: 'govern',
    section,
    icon: 'keys',
    needs: 'access.key.read',
    words: 'fuwumiyao fwmy api token',
    load: () => import('./keysPage.tsx').then((m) => m.KeysPage),
  },
  {
    path: 'account',
    title: text('我的账号', 'My account'),
    phase: 'home',
    under: '',
    words: 'wodezhanghao wdzh password mima totp',
    load: () => import('./accountPage.tsx').then((m) => m.AccountPage),
  },
]
