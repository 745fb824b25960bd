import { theme as antd, type ThemeConfig } from 'antd'
import { useSyncExternalStore } from 'react'
import { createStore } from './kit/store.ts'

export type ThemeChoice = 'light' | 'dark' | 'system'

/**
 * Deep teal on cool greys: calm for a day of work. Text pairs reach WCAG AA (4.5:1) on the surface they stand on.
 * The same values feed Ant Design and, as `--zx-…` properties, our own style sheets.
 */
const colours = {
  light: {
    primary: '#0b6474',
    primarySoft: '#e3f1f3',
    accent: '#b7791f',
    page: '#f3f5f7',
    surface: '#ffffff',
    raised: '#f8fafb',
    line: '#dfe4e8',
    text: '#17232b',
    quiet: '#55646e',
    bar: '#0c2f3a',
    barText: '#d5e3e7',
    barActive: '#ffffff',
    success: '#1b7a4b',
    warning: '#9a5b00',
    danger: '#c0312b',
    dangerSoft: '#fdeeed',
    successSoft: '#e5f4ec',
    warningSoft: '#fdf3e1',
  },
  dark: {
    primary: '#4fb7c5',
    primarySoft: '#12343c',
    accent: '#e0ab55',
    page: '#0e1519',
    surface: '#151e23',
    raised: '#1b262c',
    line: '#2b3940',
    text: '#e4ebee',
    quiet: '#9aabb4',
    bar: '#0a2028',
    barText: '#b9ccd2',
    barActive: '#ffffff',
    success: '#56bd88',
    warning: '#e0ab55',
    danger: '#ee7f78',
    dangerSoft: '#3a1d1c',
    successSoft: '#14321f',
    warningSoft: '#382a12',
  },
} as const

const choice = createStore<ThemeChoice>('zhixing.theme', 'system', ['light', 'dark', 'system'])
const darkMachine = matchMedia('(prefers-color-scheme: dark)')

export const chooseTheme = choice.set
export const useThemeChoice = choice.use

/** What is drawn now: the choice, or what the machine asks for. */
export function useDark(): boolean {
  const chosen = useThemeChoice()
  const machine = useSyncExternalStore(
    (changed) => {
      darkMachine.addEventListener('change', changed)
      return () => darkMachine.removeEventListener('change', changed)
    },
    () => darkMachine.matches,
  )
  return chosen === 'system' ? machine : chosen === 'dark'
}

/** Sets the properties that our style sheets read. By script and not by a style element: the policy allows that. */
export function paint(dark: boolean) {
  const root = document.documentElement
  root.dataset.theme = dark ? 'dark' : 'light'
  root.style.colorScheme = dark ? 'dark' : 'light'
  for (const [name, value] of Object.entries(dark ? colours.dark : colours.light))
    root.style.setProperty(`--zx-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value)
}

/** The library dims these colours in the dark until text in them is too faint; ours are chosen for it already. */
const darkAsChosen: typeof antd.darkAlgorithm = (seed, map) => ({
  ...antd.darkAlgorithm(seed, map),
  colorPrimary: colours.dark.primary,
  colorInfo: colours.dark.primary,
  colorLink: colours.dark.primary,
  colorSuccess: colours.dark.success,
  colorWarning: colours.dark.warning,
  colorError: colours.dark.danger,
})

export function themeFor(dark: boolean): ThemeConfig {
  const c = dark ? colours.dark : colours.light
  return {
    algorithm: dark ? darkAsChosen : antd.defaultAlgorithm,
    token: {
      colorPrimary: c.primary,
      colorInfo: c.primary,
      colorLink: c.primary,
      colorSuccess: c.success,
      colorWarning: c.warning,
      colorError: c.danger,
      colorPrimaryBg: c.primarySoft,
      colorInfoBg: c.primarySoft,
      colorInfoBorder: c.line,
      colorSuccessBg: c.successSoft,
      colorSuccessBorder: c.line,
      colorWarningBg: c.warningSoft,
      colorWarningBorder: c.line,
      colorErrorBg: c.dangerSoft,
      colorErrorBorder: c.line,
      colorText: c.text,
      colorTextSecondary: c.quiet,
      colorTextTertiary: c.quiet,
      colorTextDescription: c.quiet,
      colorTextPlaceholder: dark ? '#8396a0' : '#66747d',
      colorTextDisabled: dark ? '#76878f' : '#7b8890',
      colorBgLayout: c.page,
      colorBgContainer: c.surface,
      colorBgElevated: dark ? c.raised : c.surface,
      colorBorder: dark ? '#3a4a52' : '#c9d1d7',
      colorBorderSecondary: c.line,
      borderRadius: 5,
      fontSize: 14,
      controlHeight: 32,
      wireframe: false,
      fontFamily:
        '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", system-ui, -apple-system, "Segoe UI", sans-serif',
    },
    components: {
      Button: dark
        ? { primaryColor: '#06222a', dangerColor: '#2a0d0c', primaryShadow: 'none' }
        : { primaryShadow: 'none' },
      Table: {
        cellPaddingBlock: 9,
        cellPaddingBlockMD: 9,
        cellPaddingInlineMD: 12,
        cellPaddingBlockSM: 5,
        cellPaddingInlineSM: 12,
        cellPaddingInline: 12,
        headerBg: c.raised,
        headerColor: c.quiet,
        headerSplitColor: 'transparent',
        headerSortActiveBg: c.raised,
        headerSortHoverBg: c.line,
        bodySortBg: c.surface,
      },
      Form: { itemMarginBottom: 18, verticalLabelPadding: '0 0 4px' },
      Tabs: { horizontalMargin: '0 0 16px 0' },
    },
  }
}
