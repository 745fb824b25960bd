import { createBrowserRouter, type RouteObject } from 'react-router'
import { Gate } from './gate.tsx'
import type { Page } from './page.ts'
import { pages } from './pages.ts'
import { Boot, NotFound, PageCrash, WholeCrash } from './shell/errorPages.tsx'

function routeOf(page: Page): RouteObject {
  return {
    path: page.path,
    element: <Gate page={page} />,
    ErrorBoundary: PageCrash,
    // While the page's file comes, the page before stays.
    children: [{ index: true, lazy: async () => ({ Component: await page.load() }) }],
  }
}

export const router = createBrowserRouter([
  {
    path: '/sign-in',
    ErrorBoundary: WholeCrash,
    HydrateFallback: Boot,
    lazy: () => import('./shell/signIn.tsx').then((m) => ({ Component: m.SignInPage })),
  },
  {
    path: '/',
    ErrorBoundary: WholeCrash,
    HydrateFallback: Boot,
    lazy: () => import('./shell/shell.tsx').then((m) => ({ Component: m.Shell })),
    children: [...pages.map(routeOf), { path: '*', Component: NotFound }],
  },
])
