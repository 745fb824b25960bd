import { type DragEvent, useSyncExternalStore } from 'react'

// What is carried over the screen, and where it would be put down. Kept beside React: only the group under it is drawn anew.

type Place = { group: number; index: number }
let carried: number | null = null
let over: Place | null = null
const listeners = new Set<() => void>()

function put(next: Place | null) {
  if (next?.group === over?.group && next?.index === over?.index) return
  over = next
  for (const tell of listeners) tell()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Where in this group the carried part would come to stand, or null. */
export function useDropIndex(group: number): number | null {
  return useSyncExternalStore(subscribe, () => (over?.group === group ? over.index : null))
}

/** For the handle of a part. */
export function dragHandle(id: number) {
  return {
    draggable: true,
    onDragStart(event: DragEvent<HTMLElement>) {
      carried = id
      event.dataTransfer.effectAllowed = 'move'
      event.dataTransfer.setData('text/plain', String(id))
      const row = event.currentTarget.closest('li')
      if (row) event.dataTransfer.setDragImage(row, 12, 12)
    },
    onDragEnd() {
      carried = null
      put(null)
    },
  }
}

/** For the list of a group: its items are the direct children with `data-item`. */
export function dropZone(group: number, drop: (id: number, index: number) => void) {
  return {
    onDragOver(event: DragEvent<HTMLElement>) {
      if (carried === null) return
      event.preventDefault()
      event.stopPropagation()
      const items = [...event.currentTarget.children].filter((child) => child.hasAttribute('data-item'))
      const below = items.findIndex((child) => {
        const { top, height } = child.getBoundingClientRect()
        return event.clientY < top + height / 2
      })
      put({ group, index: below < 0 ? items.length : below })
    },
    onDrop(event: DragEvent<HTMLElement>) {
      if (carried === null || over === null) return
      event.preventDefault()
      event.stopPropagation()
      drop(carried, over.index)
      carried = null
      put(null)
    },
  }
}
