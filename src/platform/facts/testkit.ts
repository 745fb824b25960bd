import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { type Home, openHome } from '../home.ts'
import { createLog } from '../log.ts'
import { type EmbeddedClickhouse, startEmbeddedClickhouse } from './embedded.ts'

export const silent = createLog('silent')

/** A home folder of its own, and how to be rid of it. */
export async function temporaryHome(): Promise<{ home: Home; remove(): Promise<void> }> {
  const home = await openHome(await mkdtemp(join(tmpdir(), 'zhixing-facts-')))
  return {
    home,
    async remove() {
      await home.close()
      await rm(home.path, { recursive: true, force: true })
    },
  }
}

type Client = NonNullable<Parameters<typeof createClient>[0]>

export type Engine = {
  readonly home: Home
  readonly embedded: EmbeddedClickhouse
  /** The real client, as anybody would make it; closed with the engine. */
  client(options?: Client): ClickHouseClient
  /** A request made by hand. */
  post(path: string, body?: RequestInit['body'], more?: RequestInit): Promise<Response>
}

/** An engine for all tests of a file. */
export function engineForFile(): Engine {
  let engine: Engine | undefined
  const clients: ClickHouseClient[] = []
  let remove = async () => {}
  before(async () => {
    const { home, remove: removeHome } = await temporaryHome()
    const embedded = await startEmbeddedClickhouse({ home, log: silent })
    remove = async () => {
      for (const client of clients) await client.close()
      await embedded.stop()
      await removeHome()
    }
    const url = new URL(embedded.url)
    const authorization = `Basic ${btoa(`${url.username}:${url.password}`)}`
    engine = {
      home,
      embedded,
      client(options = {}) {
        const client = createClient({ url: embedded.url, log: { level: ClickHouseLogLevel.OFF }, ...options })
        clients.push(client)
        return client
      },
      post: (path, body, more = {}) =>
        fetch(new URL(path, url.origin), {
          method: 'POST',
          body,
          duplex: 'half',
          ...more,
          headers: { authorization, ...more.headers },
        } as RequestInit),
    }
  })
  after(() => remove())
  return new Proxy({} as Engine, { get: (_, name) => engine?.[name as keyof Engine] })
}
