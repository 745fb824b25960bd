import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Logger } from '../log.ts'

/** `log_line_prefix` of the server: process, what kind of process, SQLSTATE. */
export const linePrefix = '[%p|%b|%e] '

const shape = /^\[(\d+)\|([^|]*)\|(\w{5})\] ([A-Z]+\d?):\s+(.*)$/

export type ServerLine = { pid: number; kind: string; state: string; severity: string; message: string }

/** One line of the server's log; undefined for what has another shape (the loader's complaints, continuations). */
export function parseLine(line: string): ServerLine | undefined {
  const [, pid, kind = '', state = '', severity = '', message = ''] = shape.exec(line) ?? []
  return pid === undefined ? undefined : { pid: Number(pid), kind, state, severity, message }
}

/**
 * Passes what the server says on to our log, and each parsed line to `seen`. What a client did wrong is that client's to
 * log: its message may quote values of the bank's customers, so that only the SQLSTATE is kept.
 */
export function followServerLog(stream: Readable, log: Logger, seen: (line: ServerLine | string) => void): void {
  createInterface({ input: stream }).on('line', (text) => {
    const line = parseLine(text)
    seen(line ?? text)
    if (!line) {
      log.debug({ said: text }, 'postgres')
      return
    }
    const { kind, state, severity, message } = line
    if (severity === 'ERROR' && kind === 'client backend') log.debug({ state }, 'postgres: a statement failed')
    else if (severity === 'PANIC') log.error({ kind, state, said: message }, 'postgres')
    else if ((severity === 'FATAL' && !expected.has(state)) || severity === 'ERROR' || severity === 'WARNING')
      log.warn({ kind, state, said: message }, 'postgres')
    else log.debug({ kind, said: message }, 'postgres')
  })
}

/** Sessions that are ended by a shutdown or a crash, or came while the server was starting: told by the supervisor. */
const expected = new Set(['57P01', '57P02', '57P03'])
