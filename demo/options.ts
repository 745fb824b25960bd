import { parseArgs } from 'node:util'

export type Options = {
  url: string
  key: string | undefined
  /** Without a service key only events go out, all under this one. */
  writeKey: string | undefined
  /** Undefined where nobody said it: what the bank of the folder has, or the usual. */
  wished: { customers?: number; days?: number; seed?: number }
  /** The first day of the bank; undefined: so that the history ends today. */
  from: string | undefined
  /** Where it remembers how far it is. */
  folder: string
  /** The product's clock is moved by this program, and it runs to its end. */
  headless: boolean
}

export const help = `node demo/main.ts --url URL (--key SERVICE_KEY | --write-key WRITE_KEY)

The practice bank: brings its customers, products and history into a Zhixing, then lives on in real time.

  --url URL          where Zhixing is (http://localhost:8866)
  --key KEY          a service key of the head office with orgs.*, catalog.*, collect.*, imports.* (or DEMO_KEY in the
                     environment)
  --write-key KEY    of one data source: then only events are sent
  --customers N      how many customers the bank has (20000)
  --days N           days of history (120)
  --seed N           another seed is another bank (1)
  --from DAY         the first day, 2026-01-05; without it the history ends today
  --folder DIR       where it remembers how far it is (.zhixing-demo)
`

/** @throws a message for the person who typed. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      url: { type: 'string', default: 'http://localhost:8866' },
      key: { type: 'string' },
      'write-key': { type: 'string' },
      customers: { type: 'string' },
      days: { type: 'string' },
      seed: { type: 'string' },
      from: { type: 'string' },
      folder: { type: 'string', default: '.zhixing-demo' },
      headless: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const key = values.key ?? env.DEMO_KEY
  if (!key && !values['write-key']) throw new Error('--key or --write-key is needed (--help)')
  return {
    url: values.url.replace(/\/$/, ''),
    key: key || undefined,
    writeKey: values['write-key'],
    wished: {
      customers: whole('--customers', values.customers, 1, 5_000_000),
      days: whole('--days', values.days, 1, 2000),
      seed: whole('--seed', values.seed, 0, 2 ** 31),
    },
    from: values.from,
    folder: values.folder,
    headless: values.headless,
  }
}

function whole(name: string, given: string | undefined, least: number, most: number): number | undefined {
  if (given === undefined) return undefined
  const value = Number(given)
  if (!/^\d+$/.test(given) || value < least || value > most)
    throw new Error(`${name} is a whole number from ${least} to ${most}`)
  return value
}
