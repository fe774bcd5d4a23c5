import './app.css'
import { QueryClient } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { Problem } from './api/client'
import { App } from './app/App'
import { currentLanguage, loadStrings } from './app/i18n'
import { applyTheme } from './app/preferences'

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server refused will be refused again; what did not arrive may arrive.
      retry: (failures, error) => failures < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: true,
    },
  },
})

// A new version was installed while this page was open: its parts have other names now.
window.addEventListener('vite:preloadError', () => {
  const last = Number(sessionStorage.getItem('hark.reloaded'))
  if (Date.now() - last < 60_000) return
  sessionStorage.setItem('hark.reloaded', String(Date.now()))
  location.reload()
})

applyTheme()
const language = currentLanguage()
const strings = await loadStrings(language)
createRoot(document.getElementById('root')!).render(<App client={client} initial={{ language, strings }} />)
