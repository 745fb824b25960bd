import { LeftOutlined } from '@ant-design/icons'
import { type ReactNode, useEffect } from 'react'
import { Link } from 'react-router'
import { useText } from './text.ts'
import './page.css'

type HeadProps = { title: string; hint?: ReactNode; back?: string; tags?: ReactNode; children?: ReactNode }

/** The top of a page: its name (also the window's title), one line about it, and its main acts at the right. */
export function PageHead({ title, hint, back, tags, children }: HeadProps) {
  const t = useText()
  useEffect(() => {
    document.title = `${title} · ${t('知行', 'Zhixing')}`
  }, [title, t])
  return (
    <header className="zx-head">
      <div className="zx-head-words">
        <div className="zx-head-line">
          {back ? (
            <Link className="zx-back" to={back} aria-label={t('返回', 'Back')}>
              <LeftOutlined aria-hidden />
            </Link>
          ) : null}
          <h1 tabIndex={-1}>{title}</h1>
          {tags}
        </div>
        {hint ? <p>{hint}</p> : null}
      </div>
      {children ? <div className="zx-head-acts">{children}</div> : null}
    </header>
  )
}

/** A sheet on the page with an optional name. */
export function Panel({
  title,
  extra,
  children,
  flush,
}: {
  title?: ReactNode
  extra?: ReactNode
  children: ReactNode
  flush?: boolean
}) {
  return (
    <section className={flush ? 'zx-panel zx-panel-flush' : 'zx-panel'}>
      {title || extra ? (
        <div className="zx-panel-head">
          <h2>{title}</h2>
          <div>{extra}</div>
        </div>
      ) : null}
      {children}
    </section>
  )
}
