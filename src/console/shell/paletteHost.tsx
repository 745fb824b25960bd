import { lazy, Suspense, useEffect, useState } from 'react'

const Palette = lazy(() => import('./palette.tsx').then((m) => ({ default: m.Palette })))

let open: () => void = () => {}
export const openPalette = () => open()

/** Listens for Ctrl/⌘-K on every page; the palette's own file is loaded at its first use. */
export function PaletteHost() {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    open = () => setShown(true)
    const key = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      setShown((now) => !now)
    }
    document.addEventListener('keydown', key)
    return () => {
      document.removeEventListener('keydown', key)
      open = () => {}
    }
  }, [])
  return shown ? (
    <Suspense fallback={null}>
      <Palette close={() => setShown(false)} />
    </Suspense>
  ) : null
}
