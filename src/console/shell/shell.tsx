import { App } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Navigate, Outlet, useLocation, useNavigate, useNavigation } from 'react-router'
import type { Me } from '../../govern/access/contract.ts'
import { onSignedOut } from '../kit/api.ts'
import { PagesContext } from '../kit/menu.ts'
import { SessionProvider, useMeQuery } from '../kit/session.tsx'
import { Failed } from '../kit/states.tsx'
import { useText } from '../kit/text.ts'
import { pages } from '../pages.ts'
import { Boot } from './errorPages.tsx'
import { Header } from './header.tsx'
import { NavDrawer, SideNav } from './nav.tsx'
import { PaletteHost } from './paletteHost.tsx'
import type { SignInState } from './signInState.ts'
import './shell.css'

const signInFor = (path: string) => (path === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(path)}`)

/** Everything behind the sign-in: who it is, then the frame of every page. */
export function Shell() {
  const me = useMeQuery()
  const navigate = useNavigate()
  const { pathname, search } = useLocation()
  const here = useRef('')
  here.current = pathname + search
  const left = useRef(false)

  useEffect(() => {
    // A session that ended while someone worked: to the sign-in, and then back to this very address.
    onSignedOut(() => {
      if (left.current) return
      left.current = true
      const state: SignInState = { why: 'ended' }
      void navigate(signInFor(here.current), { replace: true, state })
      // Where unsaved work held the person back, the next refusal asks again.
      setTimeout(() => {
        left.current = false
      }, 3000)
    })
    return () => onSignedOut(() => {})
  }, [navigate])

  if (me.data?.passwordChangeNeeded) {
    const state: SignInState = { why: 'new-password' }
    return <Navigate to={signInFor(pathname + search)} replace state={state} />
  }
  if (me.data) return <Frame me={me.data} />
  if (me.isError && me.error.status === 401) return <Navigate to={signInFor(pathname + search)} replace />
  if (me.isError)
    return (
      <main className="zx-crash-whole">
        <Failed error={me.error} retry={() => void me.refetch()} />
      </main>
    )
  return <Boot />
}

function Frame({ me }: { me: Me }) {
  const t = useText()
  const [drawer, setDrawer] = useState(false)
  const { pathname } = useLocation()
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)

  useEffect(() => {
    setDrawer(false)
    if (first.current) {
      first.current = false
      return
    }
    // A new page: the reader of the screen starts at its top, as after a load.
    window.scrollTo(0, 0)
    if (pathname) main.current?.focus({ preventScroll: true })
  }, [pathname])

  return (
    <SessionProvider me={me}>
      <PagesContext value={pages}>
        <App message={{ maxCount: 3 }} component={false}>
          <div className="zx-shell">
            <a className="zx-skip" href="#main">
              {t('跳到正文', 'Skip to content')}
            </a>
            <Progress />
            <Header openDrawer={() => setDrawer(true)} />
            <div className="zx-body">
              <SideNav />
              <main id="main" ref={main} tabIndex={-1} className="zx-main">
                <Outlet />
              </main>
            </div>
            <NavDrawer open={drawer} close={() => setDrawer(false)} />
            <PaletteHost />
          </div>
        </App>
      </PagesContext>
    </SessionProvider>
  )
}

/** A line at the top while the next page's file is on its way. */
function Progress() {
  const busy = useNavigation().state === 'loading'
  return busy ? <div className="zx-progress" role="progressbar" aria-label="…" /> : null
}
