import type { TestContext } from 'node:test'
import type { Ctx } from '../../../platform/ctx.ts'
import { type Feed, followAll } from '../../../platform/facts/follow.ts'
import { startJobs } from '../../../platform/jobs/jobs.ts'
import { catalogFeeds } from '../../catalog/catalog.ts'
import { customerFeed } from '../../customers/customers.ts'
import { did, is, openBank } from '../../customers/testing/testing.ts'
import { aliasFeed, owners } from '../../identity/identity.ts'
import type { Kind } from '../contract.ts'
import { createTag, jobs, publishTag } from '../tags.ts'

export const feeds = (): Feed[] => {
  const [columns, ...things] = catalogFeeds(owners)
  return [columns, aliasFeed, customerFeed, ...things]
}

export const never = new AbortController().signal

/** Values of a tag by customer, as they stand or stood. */
export type Seen = Record<number, unknown>

export type TagSpec = { name: string; kind: Kind; draft: Record<string, unknown>; follows?: boolean }

/** Five customers, three of the head office and two of the west branch, with assets of 10,000 to 50,000 yuan. */
export async function bankWithTags(t: TestContext) {
  const bank = await openBank(t)
  const aum = (no: number, yuan: number) =>
    is({ customer_no: `${no}` }, 'set', '2026-01-05 08:00', {
      aum: `${yuan}00`,
      level: yuan > 25000 ? 'gold' : 'basic',
    })
  await bank.say(bank.web, aum(1, 10000), aum(2, 20000), aum(3, 30000))
  await bank.say(bank.desk, aum(4, 40000), aum(5, 50000))
  await followAll(bank.ctx, feeds())
  const runner = await startJobs(bank.ctx, jobs as never, { concurrency: 1, alone: true })
  t.after(() => runner.stop())
  const publish = async (spec: TagSpec, as: Ctx = bank.ctx): Promise<string> => {
    const made = await createTag(as, spec)
    await publishTag(as, made.id, { revision: made.revision })
    await runner.settle()
    return made.id
  }
  return { ...bank, aum, did, runner, publish, follow: () => followAll(bank.ctx, feeds()) }
}
