import { useEffect, useState } from 'react'
import { urlOf } from '../../../console/kit/api.ts'
import type { LiveMessage, LiveQuery } from '../contract.ts'

/** As many as a person can look back on; older ones go. */
const kept = 300

export type Arriving = {
  messages: readonly LiveMessage[]
  /** Stored, but too many at once to be shown. */
  passedOver: number
  state: 'connecting' | 'open' | 'lost'
  clear(): void
}

/** Messages as they arrive, newest first, while `on`. The browser connects again by itself when the line is lost. */
export function useArriving(query: LiveQuery, on: boolean): Arriving {
  const [seen, setSeen] = useState<{ messages: LiveMessage[]; passedOver: number }>({ messages: [], passedOver: 0 })
  const [state, setState] = useState<Arriving['state']>('connecting')
  const url = urlOf('/api/collect/live', query)
  useEffect(() => {
    if (!on) return
    const source = new EventSource(url)
    setState('connecting')
    source.addEventListener('watching', () => setState('open'))
    source.onerror = () => setState('lost')
    source.addEventListener('arrived', (event) => {
      const { messages, passedOver } = JSON.parse(event.data) as { messages: LiveMessage[]; passedOver: number }
      setSeen((before) => ({
        messages: [...messages.reverse(), ...before.messages].slice(0, kept),
        passedOver: before.passedOver + passedOver,
      }))
    })
    return () => source.close()
  }, [url, on])
  return { ...seen, state, clear: () => setSeen({ messages: [], passedOver: 0 }) }
}
