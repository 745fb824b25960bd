import {
  ApartmentOutlined,
  ApiOutlined,
  AuditOutlined,
  ControlOutlined,
  DashboardOutlined,
  HomeOutlined,
  KeyOutlined,
  OrderedListOutlined,
  SafetyCertificateOutlined,
  ScheduleOutlined,
  TeamOutlined,
  UserOutlined,
} from '@ant-design/icons'
import type { ReactElement } from 'react'

/** Icons by what they stand for: the menu can be drawn before any page is loaded. */
const icons = {
  home: <HomeOutlined aria-hidden />,
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
} satisfies Record<string, ReactElement>

export type IconName = keyof typeof icons

export function Icon({ name }: { name: IconName }) {
  return icons[name]
}
