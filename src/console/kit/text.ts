import type { Text } from '../../platform/problem.ts'
import { createStore } from './store.ts'

export type { Text }
export type Lang = 'zh' | 'en'

const preferred: Lang = navigator.language.toLowerCase().startsWith('en') ? 'en' : 'zh'
const store = createStore<Lang>('zhixing.lang', preferred, ['zh', 'en'])

export const useLang = store.use
export const currentLang = store.get
export const localeOf = (lang: Lang) => (lang === 'zh' ? 'zh-CN' : 'en-GB')

/** Whether someone chose in this browser; if not, the account's own language is taken at sign-in. */
export const langChosen = store.chosen

/** Switches the page where it stands, nothing is reloaded. */
export function chooseLang(lang: Lang) {
  store.set(lang)
  markLang()
}

/** Tells browsers and screen readers which language the page speaks. */
export function markLang() {
  document.documentElement.lang = localeOf(store.get())
}

export function text(zh: string, en: string): Text {
  return { zh, en }
}

/** Says a sentence in the reader's language: `t('用户', 'Users')` or `t(page.title)`. */
export type Say = {
  (zh: string, en: string): string
  (text: Text): string
}

const say: Record<Lang, Say> = {
  zh: (first: string | Text) => (typeof first === 'string' ? first : first.zh),
  en: (first: string | Text, en?: string) => (typeof first === 'string' ? (en ?? first) : first.en),
}

/** The words live where they are said, in both languages side by side; there is no dictionary to fall out of step. */
export function useText(): Say {
  return say[useLang()]
}

/** Outside components (an export, a document title). */
export function sayNow(): Say {
  return say[currentLang()]
}
