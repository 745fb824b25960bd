import type { ComponentType } from 'react'
import type { Text } from './kit/text.ts'
import type { IconName } from './shell/icons.tsx'

/** The parts of the loop, in its order; each is a tab of the shell. */
export type Phase = 'home' | 'sense' | 'target' | 'cost' | 'decide' | 'act' | 'feedback' | 'govern'

/**
 * One page of a capability, listed in its `ui/pages.ts`. A page is drawn only for those who hold `needs`;
 * the routes of the API check again, this only keeps doors that do not open out of sight.
 */
export type Page = {
  /** Without the first slash: `govern/users`, `govern/users/:id`. */
  path: string
  title: Text
  phase: Phase
  needs?: string
  /** Its file is loaded when it is first opened. */
  load: () => Promise<ComponentType>
  /** In the menu under this icon; a page without one is reached from another (`under`). */
  icon?: IconName
  /** The menu's page that stays marked while this one is open. */
  under?: string
  /** Names pages that belong together in the menu. */
  section?: Text
  /** For the palette: how one might type it, pinyin and its initials first. */
  words?: string
}

/** Where a page is. */
export const hrefOf = (page: Page) => `/${page.path}`
