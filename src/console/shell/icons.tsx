import {
  AimOutlined,
  AlertOutlined,
  ApartmentOutlined,
  ApiOutlined,
  AuditOutlined,
  BranchesOutlined,
  CloudUploadOutlined,
  CompassOutlined,
  ContactsOutlined,
  ControlOutlined,
  DashboardOutlined,
  DatabaseOutlined,
  FlagOutlined,
  HomeOutlined,
  ImportOutlined,
  KeyOutlined,
  LinkOutlined,
  OrderedListOutlined,
  SafetyCertificateOutlined,
  ScheduleOutlined,
  TableOutlined,
  TagsOutlined,
  TeamOutlined,
  ThunderboltOutlined,
  UsergroupAddOutlined,
  UserOutlined,
  WarningOutlined,
} from '@ant-design/icons'
import type { ReactElement } from 'react'

/** Icons by what they stand for: the menu can be drawn before any page is loaded. */
const icons = {
  home: <HomeOutlined aria-hidden />,
  tour: <CompassOutlined aria-hidden />,
  account: <UserOutlined aria-hidden />,
  users: <TeamOutlined aria-hidden />,
  roles: <SafetyCertificateOutlined aria-hidden />,
  orgs: <ApartmentOutlined aria-hidden />,
  keys: <ApiOutlined aria-hidden />,
  audit: <AuditOutlined aria-hidden />,
  codes: <OrderedListOutlined aria-hidden />,
  parameters: <ControlOutlined aria-hidden />,
  jobs: <ScheduleOutlined aria-hidden />,
  health: <DashboardOutlined aria-hidden />,
  privacy: <KeyOutlined aria-hidden />,
  customers: <ContactsOutlined aria-hidden />,
  tags: <TagsOutlined aria-hidden />,
  segments: <UsergroupAddOutlined aria-hidden />,
  identity: <BranchesOutlined aria-hidden />,
  live: <ThunderboltOutlined aria-hidden />,
  rejects: <WarningOutlined aria-hidden />,
  plan: <FlagOutlined aria-hidden />,
  sources: <CloudUploadOutlined aria-hidden />,
  entities: <TableOutlined aria-hidden />,
  imports: <ImportOutlined aria-hidden />,
  warehouse: <DatabaseOutlined aria-hidden />,
  connections: <LinkOutlined aria-hidden />,
  alerts: <AlertOutlined aria-hidden />,
  picking: <AimOutlined aria-hidden />,
} satisfies Record<string, ReactElement>

export type IconName = keyof typeof icons

export function Icon({ name }: { name: IconName }) {
  return icons[name]
}
