import { type Engine, refusal, type Session } from './engine.ts'

/** What a statement needs of its session before it runs. */
export type Wanted = { database: string; settings: ReadonlyMap<string, string> }

/**
 * What a statement leaves in its session: nothing; perhaps settings or temporary tables; or, when it failed, a hold on
 * the tables it used, which the engine lets go at the session's next statement or its end.
 */
export type Outcome = 'clean' | 'changed' | 'failed'

/** A session in use. */
export type Lease = { readonly session: Session; release(outcome: Outcome): Promise<void> }

export type Pool = {
  acquire(wanted: Wanted, signal: AbortSignal): Promise<Lease>
  /** The session that a client named by `session_id`, made when it is new. */
  acquireNamed(name: string, wanted: Wanted, options: { timeoutSeconds: number; mustExist: boolean }): Promise<Lease>
  counts(): { running: number; waiting: number; idle: number }
  close(): void
}

/** On every session: as a server answers, not as the command line tool; and no answer before the rows are stored. */
const asServer = { implicit_select: '0', async_insert: '0' }

/**
 * Sessions on the one open folder. Statements of different sessions run beside each other, so that a heavy one never
 * holds up a small one; more than `most` wait their turn. A session serves only statements that want the same
 * database and settings: what one caller set, another never sees.
 */
export function openPool(engine: Engine, limits: { most: number; idle: number; waiting: number }): Pool {
  const idle: { key: string; session: Session }[] = []
  const named = new Map<string, { lease?: Session; session: Session; key: string; timer: NodeJS.Timeout }>()
  const queue: (() => void)[] = []
  let running = 0

  async function prepare(wanted: Wanted): Promise<Session> {
    const session = engine.connect(asServer)
    try {
      await apply(session, wanted)
      return session
    } catch (error) {
      session.close()
      throw error
    }
  }

  async function turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (running < limits.most) {
      running++
      return
    }
    if (queue.length >= limits.waiting)
      throw refusal(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', 'Too many simultaneous queries')
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        queue.splice(queue.indexOf(go), 1)
        reject(signal.reason)
      }
      queue.push(go)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** The turn goes straight to the one who waits longest, or back. */
  function yieldTurn(): void {
    const next = queue.shift()
    if (next) next()
    else running--
  }

  function putBack(key: string, session: Session): void {
    idle.push({ key, session })
    if (idle.length > limits.idle) idle.shift()?.session.close()
  }

  async function acquire(wanted: Wanted, signal: AbortSignal): Promise<Lease> {
    await turn(signal)
    const key = keyOf(wanted)
    const at = idle.findLastIndex((one) => one.key === key)
    try {
      const session = idle.splice(at, at < 0 ? 0 : 1)[0]?.session ?? (await prepare(wanted))
      return {
        session,
        async release(outcome) {
          if (outcome === 'clean') putBack(key, session)
          else session.close()
          yieldTurn()
        },
      }
    } catch (error) {
      yieldTurn()
      throw error
    }
  }

  return {
    acquire,
    async acquireNamed(name, wanted, { timeoutSeconds, mustExist }) {
      const known = named.get(name)
      if (!known && mustExist) throw refusal(372, 'SESSION_NOT_FOUND', `Session ${name} not found`)
      if (known?.lease) throw refusal(373, 'SESSION_IS_LOCKED', `Session ${name} is locked by a concurrent client`)
      if (!known && named.size >= limits.most)
        throw refusal(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', 'Too many named sessions')
      const session = known?.session ?? engine.connect(asServer)
      const entry = known ?? { session, key: '', timer: setTimeout(() => {}, 0) }
      clearTimeout(entry.timer)
      named.set(name, Object.assign(entry, { lease: session }))
      const free = () => {
        entry.lease = undefined
        const forget = () => {
          named.delete(name)
          session.close()
        }
        entry.timer = setTimeout(forget, timeoutSeconds * 1000)
      }
      const release = async (outcome: Outcome) => {
        if (outcome === 'failed')
          await session.run({ sql: 'SELECT 1', format: 'Null', params: new Map() }).catch(() => {})
        free()
      }
      try {
        if (entry.key !== keyOf(wanted)) await apply(session, wanted)
        entry.key = keyOf(wanted)
      } catch (error) {
        free()
        throw error
      }
      return { session, release }
    },
    counts: () => ({ running, waiting: queue.length, idle: idle.length }),
    close() {
      for (const { session } of idle.splice(0)) session.close()
      for (const { session, timer } of named.values()) {
        clearTimeout(timer)
        session.close()
      }
      named.clear()
    },
  }
}

function keyOf(wanted: Wanted): string {
  return JSON.stringify([wanted.database, [...wanted.settings].sort()])
}

async function apply(session: Session, { database, settings }: Wanted): Promise<void> {
  const none = new Map<string, string>()
  const run = (sql: string) => session.run({ sql, format: 'Null', params: none })
  if (database !== '' && database !== 'default') await run(`USE \`${database.replace(/[\\`]/g, '\\$&')}\``)
  const changes = [...settings].map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_.]*$/.test(name))
      throw refusal(115, 'UNKNOWN_SETTING', `Unknown setting '${name.replaceAll("'", "\\'")}'`)
    const whole = name === 'log_comment' ? session.mark + value : value
    return `${name} = '${whole.replace(/[\\']/g, '\\$&')}'`
  })
  if (changes.length > 0) await run(`SET ${changes.join(', ')}`)
}
