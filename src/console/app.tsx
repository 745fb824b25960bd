import { StyleProvider } from '@ant-design/cssinjs'
import { QueryClientProvider } from '@tanstack/react-query'
import { ConfigProvider } from 'antd'
import enUS from 'antd/es/locale/en_US'
import zhCN from 'antd/es/locale/zh_CN'
import { StrictMode, useLayoutEffect, useMemo } from 'react'
import { RouterProvider } from 'react-router/dom'
import { nonce } from './csp.ts'
import { queries } from './kit/api.ts'
import { useLang } from './kit/text.ts'
import { router } from './router.tsx'
import { lastingStyles } from './styleCache.ts'
import { paint, themeFor, useDark } from './theme.ts'

const styles = lastingStyles()

/** What every page stands in: language, colours, kept answers, addresses. */
export function App() {
  const lang = useLang()
  const dark = useDark()
  const theme = useMemo(() => themeFor(dark), [dark])
  useLayoutEffect(() => paint(dark), [dark])
  return (
    <StrictMode>
      <StyleProvider cache={styles}>
        <ConfigProvider
          locale={lang === 'zh' ? zhCN : enUS}
          theme={theme}
          csp={nonce ? { nonce } : undefined}
          button={{ autoInsertSpace: false }}
          wave={{ disabled: true }}
        >
          <QueryClientProvider client={queries}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </ConfigProvider>
      </StyleProvider>
    </StrictMode>
  )
}
