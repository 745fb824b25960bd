import { EnterOutlined, LogoutOutlined, MoonOutlined, SearchOutlined, TranslationOutlined } from '@ant-design/icons'
import { Modal } from 'antd'
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { useCan } from '../kit/session.tsx'
import { chooseLang, type Text, text, useLang, useText } from '../kit/text.ts'
import { hrefOf } from '../page.ts'
import { pages } from '../pages.ts'
import { chooseTheme, useDark } from '../theme.ts'
import { useSignOut } from './accountMenu.tsx'
import { Icon } from './icons.tsx'
import { rank } from './paletteRank.ts'
import { phases } from './phases.ts'
import './palette.css'

type Item = { key: string; title: Text; where: Text; words: string; icon: ReactNode; run: () => void }

function useItems(): Item[] {
  const can = useCan()
  const navigate = useNavigate()
  const lang = useLang()
  const dark = useDark()
  const signOut = useSignOut()
  const acts = text('操作', 'Act')
  const open = pages.filter((page) => can(page.needs) && !page.path.includes(':'))
  return [
    ...open.map((page) => ({
      key: `/${page.path}`,
      title: page.title,
      where: page.section ?? phases.find(({ key }) => key === page.phase)?.title ?? acts,
      words: page.words ?? '',
      icon: <Icon name={page.icon ?? iconOf(page.under) ?? 'home'} />,
      run: () => void navigate(hrefOf(page)),
    })),
    {
      key: 'lang',
      title: lang === 'zh' ? text('切换到英文', 'Switch to English') : text('切换到中文', 'Switch to Chinese'),
      where: acts,
      words: 'yuyan yy language 中文 english',
      icon: <TranslationOutlined aria-hidden />,
      run: () => chooseLang(lang === 'zh' ? 'en' : 'zh'),
    },
    {
      key: 'theme',
      title: dark ? text('切换到浅色', 'Switch to light') : text('切换到深色', 'Switch to dark'),
      where: acts,
      words: 'zhuti zt theme dark light shense qianse',
      icon: <MoonOutlined aria-hidden />,
      run: () => chooseTheme(dark ? 'light' : 'dark'),
    },
    {
      key: 'out',
      title: text('退出登录', 'Sign out'),
      where: acts,
      words: 'tuichu tc logout',
      icon: <LogoutOutlined aria-hidden />,
      run: () => void signOut(),
    },
  ]
}

const iconOf = (path: string | undefined) => (path ? pages.find((page) => page.path === path)?.icon : 'account')

/** Type a few letters of a page's name in either language, or the initials of its pinyin, and press Enter. */
export function Palette({ close }: { close: () => void }) {
  const t = useText()
  const items = useItems()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const found = useMemo(() => rank(typed, items), [typed, items])
  const chosen = found[Math.min(at, found.length - 1)]

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  })

  function run(item: Item) {
    close()
    item.run()
  }

  function keys(event: KeyboardEvent) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && found.length > 0) {
      event.preventDefault()
      setAt((Math.min(at, found.length - 1) + step + found.length) % found.length)
    }
    // Enter ends a Chinese input first; only the next one chooses.
    if (event.key === 'Enter' && !event.nativeEvent.isComposing && chosen) {
      event.preventDefault()
      run(chosen)
    }
  }

  return (
    <Modal
      open
      onCancel={close}
      footer={null}
      closable={false}
      width={560}
      style={{ top: 80 }}
      className="zx-palette"
      title={t('搜索页面', 'Search pages')}
    >
      <div className="zx-palette-box">
        <SearchOutlined aria-hidden />
        <input
          // biome-ignore lint/a11y/noAutofocus: the palette is opened to type in it.
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="zx-palette-list"
          aria-activedescendant={chosen ? `zx-palette-${chosen.key}` : undefined}
          aria-label={t('搜索页面或操作', 'Search pages and acts')}
          placeholder={t('搜索页面或操作,支持拼音首字母', 'Search pages and acts')}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value)
            setAt(0)
          }}
          onKeyDown={keys}
        />
      </div>
      <div id="zx-palette-list" role="listbox" ref={list} aria-label={t('结果', 'Results')} className="zx-palette-list">
        {found.map((item) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the input above, as in any combobox.
          <div
            key={item.key}
            id={`zx-palette-${item.key}`}
            role="option"
            tabIndex={-1}
            aria-selected={item === chosen}
            className="zx-palette-item"
            onMouseMove={() => setAt(found.indexOf(item))}
            onClick={() => run(item)}
          >
            {item.icon}
            <span>{t(item.title)}</span>
            <small>{t(item.where)}</small>
            {item === chosen ? <EnterOutlined aria-hidden /> : null}
          </div>
        ))}
      </div>
      {found.length === 0 ? <p className="zx-palette-none">{t('没有匹配的页面', 'No page matches')}</p> : null}
    </Modal>
  )
}
