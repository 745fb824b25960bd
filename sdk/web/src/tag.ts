import { type Options, start, type Zhixing } from './index.ts'

/**
 * `<script defer src="https://zhixing.bank.example/sdk/zhixing.js" data-project="web"></script>` starts by itself and is
 * `window.zhixing` from then on. Everything is said by attributes, so a page needs no script of its own in its markup
 * and keeps a strict content security policy.
 */
declare global {
  interface Window {
    zhixing?: Zhixing
  }
}

const tag = document.currentScript
if (tag instanceof HTMLScriptElement) {
  const { project, server = new URL(tag.src).origin, consent, exposure, auto } = tag.dataset
  if (project)
    window.zhixing = start({
      server,
      project,
      consent: consent === 'pending' ? 'pending' : 'granted',
      exposure: (exposure as Options['exposure']) ?? 'marked',
      autocapture: auto !== 'off',
    })
}
