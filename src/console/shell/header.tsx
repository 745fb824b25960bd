import { MenuOutlined, SearchOutlined } from '@ant-design/icons'
import { Link } from 'react-router'
import { useText } from '../kit/text.ts'
import { AccountMenu } from './accountMenu.tsx'
import { Mark } from './mark.tsx'
import { PhaseTabs } from './nav.tsx'
import { openPalette } from './paletteHost.tsx'
import { ScopeSwitch } from './scopeSwitch.tsx'
import { LangSwitch, ThemeSwitch } from './switches.tsx'

export const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)

export function Header({ openDrawer }: { openDrawer: () => void }) {
  const t = useText()
  return (
    <header className="zx-bar">
      <button
        type="button"
        className="zx-bar-button zx-bar-menu"
        onClick={openDrawer}
        aria-label={t('打开菜单', 'Open the menu')}
      >
        <MenuOutlined aria-hidden />
      </button>
      <Link to="/" className="zx-brand" aria-label={t('知行,首页', 'Zhixing, home page')}>
        <Mark />
        <span>{t('知行', 'Zhixing')}</span>
      </Link>
      <PhaseTabs />
      <div className="zx-bar-rest">
        <ScopeSwitch />
        <button
          type="button"
          className="zx-bar-button zx-bar-search"
          onClick={openPalette}
          aria-keyshortcuts="Control+K Meta+K"
        >
          <SearchOutlined aria-hidden />
          <span className="zx-hidden">{t('搜索页面', 'Search pages')}</span>
          <kbd>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
        </button>
        <LangSwitch />
        <ThemeSwitch />
        <AccountMenu />
      </div>
    </header>
  )
}
