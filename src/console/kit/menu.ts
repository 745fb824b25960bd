import { createContext, useContext } from 'react'
import type { Page } from '../page.ts'
import { useCan } from './session.tsx'

/** Every page of the console; given by the shell, so that a page can name others without importing them. */
export const PagesContext = createContext<readonly Page[]>([])

/** What stands in menus, the palette and the shortcuts: pages with an icon that this person may see. */
export function useMenuPages(): Page[] {
  const can = useCan()
  return useContext(PagesContext).filter((page) => page.icon !== undefined && can(page.needs))
}
