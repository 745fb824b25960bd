import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { systemClock, virtualClock } from './clock.ts'

const start = new Date('2026-01-05T01:00:00Z')
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000)

test('a virtual clock stands still until it is moved', async () => {
  const clock = virtualClock(start)
  assert.deepEqual(clock.now(), start)
  await clock.advance(60_000)
  assert.deepEqual(clock.now(), after(60))
  await clock.advanceTo(after(3600))
  assert.deepEqual(clock.now(), after(3600))
})

test('what falls due fires in order of time, and first set first at the same time', async () => {
  const clock = virtualClock(start)
  const fired: string[] = []
  clock.at(after(20), () => fired.push('later'))
  clock.at(after(10), () => fired.push('first'))
  clock.at(after(10), () => fired.push('second'))
  clock.at(after(31), () => fired.push('not yet'))
  await clock.advance(30_000)
  assert.deepEqual(fired, ['first', 'second', 'later'])
})

test('while something fires the clock shows the moment it was due, not where the clock is going', async () => {
  const clock = virtualClock(start)
  const seen: Date[] = []
  for (const seconds of [5, 50]) clock.at(after(seconds), () => seen.push(clock.now()))
  await clock.advance(100_000)
  assert.deepEqual(seen, [after(5), after(50)])
})

test('a timer set by a timer fires on the same move when it is due, also after a few promises', async () => {
  const clock = virtualClock(start)
  const fired: string[] = []
  clock.at(after(10), () => {
    fired.push('wake')
    void Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => clock.at(after(15), () => fired.push('step')))
  })
  clock.at(after(20), () => fired.push('end'))
  await clock.advance(30_000)
  assert.deepEqual(fired, ['wake', 'step', 'end'])
})

test('a timer for a moment already passed fires on the next move, at the present time', async () => {
  const clock = virtualClock(start)
  const seen: Date[] = []
  clock.at(after(-100), () => seen.push(clock.now()))
  assert.deepEqual(seen, [])
  await clock.advance(0)
  assert.deepEqual(seen, [start])
})

test('a cancelled timer never fires, also when another timer of the same moment cancels it', async () => {
  const clock = virtualClock(start)
  const fired: string[] = []
  let cancelSecond = () => {}
  clock.at(after(10), () => {
    fired.push('first')
    cancelSecond()
  })
  cancelSecond = clock.at(after(10), () => fired.push('second'))
  const cancelThird = clock.at(after(20), () => fired.push('third'))
  cancelThird()
  await clock.advance(30_000)
  assert.deepEqual(fired, ['first'])
})

test('a virtual clock does not go back', async () => {
  const clock = virtualClock(start)
  await assert.rejects(() => clock.advanceTo(after(-1)), RangeError)
})

test('waiting ends at its time, or at once with the reason when the work is stopped', async () => {
  const clock = virtualClock(start)
  const ended: string[] = []
  const stop = new AbortController()
  const waits = [
    clock.until(after(10)).then(() => ended.push('ten')),
    clock.until(after(20), stop.signal).then(
      () => ended.push('twenty'),
      (reason) => ended.push(String(reason)),
    ),
  ]
  await clock.advance(10_000)
  assert.deepEqual(ended, ['ten'])
  stop.abort('stopping')
  await Promise.all(waits)
  assert.deepEqual(ended, ['ten', 'stopping'])
  await clock.advance(10_000)
  assert.deepEqual(ended, ['ten', 'stopping'])
  await assert.rejects(
    () => clock.until(after(99), stop.signal),
    (reason) => reason === 'stopping',
  )
})

test('a hundred days pass with every night job fired once', async () => {
  const clock = virtualClock(start)
  const nights: string[] = []
  const again = (night: number) => {
    clock.at(after(night * 86_400), () => {
      nights.push(clock.now().toISOString().slice(0, 10))
      again(night + 1)
    })
  }
  again(1)
  await clock.advance(100 * 86_400_000)
  assert.equal(nights.length, 100)
  assert.equal(new Set(nights).size, 100)
})

test('the system clock waits months without firing early, and fires once', () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: start.getTime() })
  try {
    const day = 86_400_000
    let fired = 0
    systemClock.at(new Date(start.getTime() + 100 * day), () => fired++)
    for (let passed = 1; passed < 100; passed++) {
      mock.timers.tick(day)
      assert.equal(fired, 0, `after ${passed} days`)
    }
    mock.timers.tick(day)
    assert.equal(fired, 1)
    mock.timers.tick(100 * day)
    assert.equal(fired, 1)
  } finally {
    mock.timers.reset()
  }
})

test('a wait of months on the system clock can be cancelled in the middle', () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: start.getTime() })
  try {
    const day = 86_400_000
    let fired = 0
    const cancel = systemClock.at(new Date(start.getTime() + 60 * day), () => fired++)
    for (let passed = 0; passed < 30; passed++) mock.timers.tick(day)
    cancel()
    for (let passed = 0; passed < 60; passed++) mock.timers.tick(day)
    assert.equal(fired, 0)
  } finally {
    mock.timers.reset()
  }
})

test('a moment already passed on the system clock comes at once', async () => {
  await systemClock.until(new Date(Date.now() - 1000))
})
