import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { markStyles } from './csp.ts'
import './console.css'
import { markLang } from './kit/text.ts'

markStyles()
markLang()

const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
