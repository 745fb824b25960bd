import { Drawer } from 'antd'
import { Link, useLocation } from 'react-router'
import { useMenuPages } from '../kit/menu.ts'
import { useText } from '../kit/text.ts'
import { hrefOf, type Page, type Phase } from '../page.ts'
import { pages } from '../pages.ts'
import { Icon } from './icons.tsx'
import { phases } from './phases.ts'

/** The page at this address, for marking its place in the menu. */
export function pageAt(pathname: string): Page | undefined {
  const parts = pathname.split('/').filter(Boolean)
  const fits = (page: Page) => {
    const own = page.path.split('/').filter(Boolean)
    return own.length === parts.length && own.every((part, index) => part.startsWith(':') || part === parts[index])
  }
  const found = pages.filter(fits)
  return found.find((page) => !page.path.includes(':')) ?? found[0]
}

function useMenu() {
  const menu = useMenuPages()
  const current = pageAt(useLocation().pathname)
  const open = phases.filter(({ key }) => menu.some((page) => page.phase === key))
  return { menu, open, current, marked: current?.under ?? current?.path }
}

/** The loop: only its parts that have something to open for this person. */
export function PhaseTabs() {
  const t = useText()
  const { menu, open, current } = useMenu()
  return (
    <nav className="zx-phases" aria-label={t('运营闭环', 'The loop')}>
      {open.map(({ key, title }) => {
        const first = menu.find((page) => page.phase === key)
        return first ? (
          <Link
            key={key}
            to={hrefOf(first)}
            className="zx-phase"
            aria-current={current?.phase === key ? 'true' : undefined}
          >
            {t(title)}
          </Link>
        ) : null
      })}
    </nav>
  )
}

/** The pages of the part that is open, at the left; none where a part is a single page. */
export function SideNav() {
  const t = useText()
  const { menu, current } = useMenu()
  const own = menu.filter((page) => page.phase === current?.phase)
  if (own.length < 2) return null
  return (
    <nav className="zx-side" aria-label={t('页面', 'Pages')}>
      <NavItems pages={own} />
    </nav>
  )
}

function NavItems({ pages: shown }: { pages: Page[] }) {
  const t = useText()
  const { marked } = useMenu()
  return shown.map((page, index) => (
    <div key={page.path}>
      {page.section && page.section.en !== shown[index - 1]?.section?.en ? (
        <p className="zx-side-section">{t(page.section)}</p>
      ) : null}
      <Link
        className="zx-side-link"
        to={hrefOf(page)}
        aria-current={page.path === marked ? 'page' : undefined}
        onMouseEnter={() => void page.load().catch(() => undefined)}
      >
        {page.icon ? <Icon name={page.icon} /> : null}
        <span>{t(page.title)}</span>
      </Link>
    </div>
  ))
}

/** On a phone: the whole menu in a drawer. */
export function NavDrawer({ open, close }: { open: boolean; close: () => void }) {
  const t = useText()
  const { menu, open: phasesOpen } = useMenu()
  const of = (phase: Phase) => menu.filter((page) => page.phase === phase)
  return (
    <Drawer open={open} onClose={close} placement="left" size={280} title={t('菜单', 'Menu')}>
      <nav aria-label={t('全部页面', 'All pages')} className="zx-drawer">
        {phasesOpen.map(({ key, title }) => (
          <section key={key}>
            {of(key).length > 1 ? <h2>{t(title)}</h2> : null}
            <NavItems pages={of(key)} />
          </section>
        ))}
      </nav>
    </Drawer>
  )
}
