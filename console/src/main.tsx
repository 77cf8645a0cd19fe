import '@fontsource-variable/inter/wght.css'
import './ui/tokens.css'
import './ui/base.css'

import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { I18nProvider } from 'react-aria-components/I18nProvider'
import { createRoot } from 'react-dom/client'
import { useTranslation } from 'react-i18next'

import { setUpLanguage } from './i18n/setup'
import { queryClient, router } from './router'
import { applyTheme, readTheme } from './shell/theme'
import { ToastProvider } from './ui/Toast'

function App() {
  const { i18n } = useTranslation()
  return (
    <I18nProvider locale={i18n.language}>
      <QueryClientProvider client={queryClient}>
        <ToastProvider>
          <RouterProvider router={router} />
        </ToastProvider>
      </QueryClientProvider>
    </I18nProvider>
  )
}

applyTheme(readTheme())
await setUpLanguage()
const host = document.getElementById('root')
if (host) {
  createRoot(host).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
