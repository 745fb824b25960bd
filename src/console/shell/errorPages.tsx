import { Button, Spin } from 'antd'
import { useEffect } from 'react'
import { Link, useRouteError } from 'react-router'
import { useText } from '../kit/text.ts'
import './errorPages.css'

/** Shown while the first files come; after a breath, so that it does not flash. */
export function Boot() {
  return (
    <div className="zx-boot" role="status" aria-label="…">
      <Spin />
    </div>
  )
}

export function NotFound() {
  const t = useText()
  const title = t('页面不存在', 'No such page')
  useEffect(() => {
    document.title = `${title} · ${t('知行', 'Zhixing')}`
  }, [title, t])
  return (
    <div className="zx-crash">
      <p className="zx-crash-code" aria-hidden>
        404
      </p>
      <h1>{title}</h1>
      <p>{t('地址可能有误,或内容已被移除。', 'The address may be wrong, or what stood here is gone.')}</p>
      <Link to="/">
        <Button type="primary">{t('回到首页', 'To the home page')}</Button>
      </Link>
    </div>
  )
}

/** A file of the page did not come: no network, or a new version was put in place of the one that is open. */
const isLoadFailure = (error: unknown) =>
  error instanceof Error && /dynamically imported module|module script failed|Unable to preload/i.test(error.message)

function Crash({ error }: { error: unknown }) {
  const t = useText()
  const load = isLoadFailure(error)
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return (
    <div className="zx-crash" role="alert">
      <h1>{load ? t('页面没有加载完整', 'The page did not load fully') : t('页面出错了', 'This page broke')}</h1>
      <p>
        {load
          ? t(
              '网络中断,或系统刚刚更新。重新加载即可继续。',
              'The network broke off, or the system was just updated. Reload to go on.',
            )
          : t(
              '其他页面不受影响。请重新加载;如仍出现,请把下面的信息交给技术支持。',
              'Other pages are not affected. Reload; if it comes back, give the text below to support.',
            )}
      </p>
      <Button type="primary" onClick={() => location.reload()}>
        {t('重新加载', 'Reload')}
      </Button>
      {load ? null : (
        <details>
          <summary>{t('技术信息', 'Technical detail')}</summary>
          <pre>{detail}</pre>
        </details>
      )}
    </div>
  )
}

/** Inside the shell: the menu stays. */
export function PageCrash() {
  return <Crash error={useRouteError()} />
}

/** The shell itself broke or could not be loaded. */
export function WholeCrash() {
  return (
    <main className="zx-crash-whole">
      <Crash error={useRouteError()} />
    </main>
  )
}
