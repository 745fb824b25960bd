import { MoonOutlined, SunOutlined } from '@ant-design/icons'
import { chooseLang, useLang, useText } from '../kit/text.ts'
import { chooseTheme, useDark } from '../theme.ts'

export function LangSwitch() {
  const lang = useLang()
  const other = lang === 'zh' ? 'en' : 'zh'
  return (
    <button
      type="button"
      className="zx-bar-button"
      lang={other === 'zh' ? 'zh-CN' : 'en'}
      onClick={() => chooseLang(other)}
    >
      {other === 'zh' ? '中' : 'EN'}
      <span className="zx-hidden">{other === 'zh' ? '切换到中文' : 'Switch to English'}</span>
    </button>
  )
}

export function ThemeSwitch() {
  const t = useText()
  const dark = useDark()
  return (
    <button
      type="button"
      className="zx-bar-button"
      aria-label={dark ? t('切换到浅色', 'Switch to light') : t('切换到深色', 'Switch to dark')}
      onClick={() => chooseTheme(dark ? 'light' : 'dark')}
    >
      {dark ? <SunOutlined aria-hidden /> : <MoonOutlined aria-hidden />}
    </button>
  )
}
