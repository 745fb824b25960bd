import { Outlet } from 'react-router'
import { PageHead } from './kit/pageHead.tsx'
import { useCan } from './kit/session.tsx'
import { Forbidden } from './kit/states.tsx'
import { useText } from './kit/text.ts'
import type { Page } from './page.ts'

/** A page for those who may; the others are told what they lack. */
export function Gate({ page }: { page: Page }) {
  const can = useCan()
  const t = useText()
  if (can(page.needs)) return <Outlet />
  return (
    <>
      <PageHead title={t(page.title)} />
      <Forbidden needs={page.needs} />
    </>
  )
}
