import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unauditedChange } from '../../platform/change.ts'
import { followAll } from '../../platform/facts/follow.ts'
import { did, is } from '../customers/testing/testing.ts'
import { refreshTogether } from './refreshing.ts'
import { getSegment } from './segments.ts'
import { feeds, never, openLiveBank } from './testing/testing.ts'

const no = (n: number) => ({ customer_no: `${n}` })

async function bankOfTwelve(t: Parameters<typeof openLiveBank>[0]) {
  const bank = await openLiveBank(t)
  const aum = (n: number, yuan: number) => is(no(n), 'set', '2026-01-05 08:00', { aum: `${yuan}00` })
  for (let n = 1; n <= 12; n++) await bank.say(bank.web, aum(n, n * 1000), did(no(n), 'login', '2026-01-04 10:00'))
  await followAll(bank.ctx, feeds())
  return bank
}

test('a second refresh asks only those whose answer may be another, and tells who came and who went (rules 15, 20)', async (t) => {
  const bank = await bankOfTwelve(t)
  const { ctx, say, web, publish, refreshed, latest, settle, told } = bank
  const rich = await publish('富', 'aum >= 6000')
  await refreshed(rich)
  const first = await latest(rich)
  assert.deepEqual([first?.asked, first?.size, first?.why?.zh, first?.told], [null, 7, '首次计算', null])
  await settle()
  assert.deepEqual(await told(), [], 'who is inside at the beginning enters nothing, unless asked for (rule 20)')

  await ctx.clock.advance(3_600_000)
  await say(
    web,
    is(no(1), 'set', '2026-01-05 09:30', { aum: '900000' }),
    is(no(12), 'set', '2026-01-05 09:30', { aum: '1' }),
  )
  await followAll(ctx, feeds())
  await refreshed(rich)
  const second = await latest(rich)
  assert.deepEqual([second?.asked, second?.size, second?.entered, second?.left], [2, 7, 1, 1])
  await settle()
  assert.deepEqual(await told(), ['01-05 10:00:00 enter 1 富', '01-05 10:00:00 leave 12 富'])

  await ctx.clock.advance(60_000)
  await refreshed(rich)
  await settle()
  assert.equal((await latest(rich))?.entered, 0)
  assert.equal((await told()).length, 2, 'who stays is told nothing')
})

test('who is already inside enters at the first filling where that was asked for (rule 20)', async (t) => {
  const { publish, refreshed, settle, told } = await bankOfTwelve(t)
  await refreshed(await publish('富', 'aum >= 11000', { tellsInside: true }))
  await settle()
  assert.deepEqual(await told(), ['01-05 09:00:00 enter 11 富', '01-05 09:00:00 enter 12 富'])
})

test('what another segment gained or lost is asked about by those that read it (rule 16)', async (t) => {
  const { ctx, say, web, publish, refreshed, latest } = await bankOfTwelve(t)
  const base = await publish('底', 'count(login, last 7 days) >= 1')
  const top = await publish('上', 'not in segment "底" and aum >= 3000')
  await refreshed(base, top)
  assert.deepEqual([(await latest(base))?.size, (await latest(top))?.size], [12, 0])
  await ctx.clock.advance(6 * 86_400_000)
  await say(web, did(no(2), 'login', '2026-01-11 08:30'), did(no(5), 'login', '2026-01-11 08:30'))
  await followAll(ctx, feeds())
  await ctx.clock.advance(7_200_000)
  await refreshed(base)
  await refreshed(top)
  const [low, high] = [await latest(base), await latest(top)]
  assert.deepEqual([low?.size, low?.asked], [2, 12], 'seven days after the login all others are gone')
  assert.deepEqual([high?.size, high?.why], [9, null])
})

test('another version, an answer that was lost and a rule that cannot tell ask everyone, and say why', async (t) => {
  const { ctx, publish, refreshed, latest } = await bankOfTwelve(t)
  const rich = await publish('富', 'aum >= 6000')
  const was = await publish('曾富', 'aum as of today - 1 days >= 6000')
  await refreshed(rich, was)
  await ctx.facts.command({
    sql: 'DELETE FROM segment_snapshot WHERE segment = {rich:String}',
    params: { rich },
  })
  await ctx.clock.advance(1000)
  await refreshed(rich, was)
  assert.deepEqual(
    [(await latest(rich))?.why?.zh, (await latest(rich))?.size, (await latest(was))?.why?.zh],
    ['上一次结果已不完整', 7, '用到属性过去某时的值'],
  )
  await ctx.clock.advance(7 * 86_400_000)
  await refreshed(rich)
  assert.equal((await latest(rich))?.why?.zh, '每七天全量核对一次')
})

test('many are asked together; one that fails fails alone, with those that read it', async (t) => {
  const { ctx, publish } = await bankOfTwelve(t)
  const good = await publish('好', 'aum >= 6000')
  const lost = await publish('失', 'aum >= 7000')
  const reader = await publish('读', 'in segment "失"')
  const broken = '{"eql":1,"body":{"kind":"field","path":["nothing"]}}'
  await unauditedChange(
    ctx,
    'a rule that nothing can ask',
    (tx) => tx`update segments.version set rule = ${broken}::text::jsonb where segment = ${lost}`,
  )
  const outcomes = await refreshTogether(ctx, [good, lost, reader], never)
  assert.deepEqual(
    outcomes.map(({ error }) => error === null),
    [true, false, false],
  )
  assert.equal((await getSegment(ctx, good)).size, 7)
})
