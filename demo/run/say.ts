/** Progress for the person who waits: one line a task, redrawn on a terminal, at its end only in a file. */
export type Say = {
  line(text: string): void
  /** `share` from 0 to 1, and what to say beside the bar. */
  task(title: string): { at(share: number, text?: string): void; done(text?: string): void }
}

const width = 24
const redrawMs = 100

export function openSay(stream: NodeJS.WriteStream = process.stderr): Say {
  const from = performance.now()
  const seconds = () => `${((performance.now() - from) / 1000).toFixed(1).padStart(6)} s`
  return {
    line: (text) => void stream.write(`  ${seconds()}  ${text}\n`),
    task(title) {
      let drawn = Number.NEGATIVE_INFINITY
      const draw = (share: number, text: string, end: string) => {
        const full = Math.round(Math.min(1, Math.max(0, share)) * width)
        const bar = `${'█'.repeat(full)}${'░'.repeat(width - full)}`
        stream.write(`${stream.isTTY ? '\r\x1b[K' : ''}  ${seconds()}  ${bar} ${title}  ${text}${end}`)
      }
      return {
        at(share, text = '') {
          if (!stream.isTTY || performance.now() - drawn < redrawMs) return
          drawn = performance.now()
          draw(share, text, '')
        },
        done: (text = '') => draw(1, text, '\n'),
      }
    },
  }
}
