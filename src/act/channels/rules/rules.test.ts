import assert from 'node:assert/strict'
import { test } from 'node:test'
import { admitted, judge, lightOf } from './health.ts'
import { asksToStop, billedByLetters, dressed, encoded, receiptText, segmentsOf, stampTime } from './sms.ts'
import { isOpen, opensIn } from './windows.ts'

const lengths = (text: string) => segmentsOf(text).parts.map((part) => part.length)

test('a text is billed in parts by its alphabet, and no letter is cut in two (rule 88)', () => {
  const cases: [string, 'gsm7' | 'ucs2', number[]][] = [
    ['', 'gsm7', [0]],
    ['a'.repeat(160), 'gsm7', [160]],
    ['a'.repeat(161), 'gsm7', [153, 8]],
    ['€'.repeat(80), 'gsm7', [80]],
    // An escape pair takes two places: 153 is odd, so the 77th goes to the next part.
    ['€'.repeat(81), 'gsm7', [76, 5]],
    ['银'.repeat(70), 'ucs2', [70]],
    ['银'.repeat(71), 'ucs2', [67, 4]],
    ['银'.repeat(134), 'ucs2', [67, 67]],
    [`${'银'.repeat(66)}😀${'行'.repeat(10)}`, 'ucs2', [66, 12]],
    ['abc银', 'ucs2', [4]],
  ]
  for (const [text, alphabet, parts] of cases) {
    assert.equal(segmentsOf(text).alphabet, alphabet, text.slice(0, 10))
    assert.deepEqual(lengths(text), parts, text.slice(0, 10))
    assert.equal(segmentsOf(text).parts.join(''), text)
  }
  assert.deepEqual(
    [billedByLetters('银'.repeat(70)), billedByLetters('a'.repeat(71)), billedByLetters('a'.repeat(135))],
    [1, 2, 3],
  )
})

test('GSM letters have their own codes, an escaped one two octets; Chinese is UTF-16 big endian', () => {
  assert.equal(encoded('A@€', 'gsm7').toString('hex'), '41001b65')
  assert.equal(encoded('银', 'ucs2').toString('hex'), '94f6')
})

test('the sign and the way out stand once, however often a text is dressed', () => {
  const once = dressed('您有一笔理财到期', '知行银行', ',退订回T')
  assert.equal(once, '【知行银行】您有一笔理财到期,退订回T')
  assert.equal(dressed(once, '【知行银行】', ',退订回T'), once)
  assert.equal(dressed('ok', undefined, undefined), 'ok')
})

test('an answer that asks to stop is told from one that does not', () => {
  for (const answer of ['TD', ' t ', '退订', 'N', '拒收。', 'R']) assert.ok(asksToStop(answer), answer)
  for (const answer of ['谢谢', 'Tomorrow', '退订多少钱?', '']) assert.ok(!asksToStop(answer), answer)
})

test('the text of a receipt says which message, its state, and when by the clock of Beijing', () => {
  const said = 'id:00000A1 sub:001 dlvrd:001 submit date:2601051000 done date:2601051003 stat:DELIVRD err:000 text:您好'
  assert.deepEqual(receiptText(said), { id: '00000A1', stat: 'DELIVRD', err: '000', done: '2601051003' })
  assert.equal(stampTime('2601051003')?.toISOString(), '2026-01-05T02:03:00.000Z')
  assert.equal(stampTime('later'), undefined)
})

const health = { state: 'on', failures: 0, failuresMax: 3, probes: 0 } as const
const failed = { sent: 0, own: 1, says: undefined }

test('an account rests after its failures in a row, longer each time, and one success brings it back', () => {
  assert.equal(judge({ ...health, failures: 1 }, failed).state, 'on')
  const rests = judge({ ...health, failures: 2 }, failed)
  assert.deepEqual([rests.state, rests.restMs, rests.probes], ['resting', 60_000, 1])
  const again = judge({ ...health, state: 'probing', failures: 3, probes: 1 }, failed)
  assert.deepEqual([again.state, again.restMs], ['resting', 120_000])
  assert.equal(judge({ ...health, state: 'probing', probes: 40 }, failed).restMs, 1_800_000)
  const back = judge({ ...health, state: 'probing', failures: 9, probes: 5 }, { ...failed, sent: 1, own: 0 })
  assert.deepEqual(back, { state: 'on', failures: 0, probes: 0 })
})

test('addresses that do not exist say nothing of the account, and one paused by hand stays paused', () => {
  assert.deepEqual(judge({ ...health, failures: 2 }, { ...failed, own: 0 }), { state: 'on', failures: 2, probes: 0 })
  assert.equal(judge({ ...health, state: 'paused' }, { ...failed, sent: 5, own: 0 }).state, 'paused')
  assert.deepEqual(
    [admitted('on', 9), admitted('probing', 9), admitted('resting', 9), admitted('paused', 9)],
    [9, 1, 0, 0],
  )
  assert.deepEqual(
    [lightOf('on', { sent: 100, own: 1 }), lightOf('on', { sent: 10, own: 1 }), lightOf('on', { sent: 1, own: 1 })],
    ['good', 'warn', 'bad'],
  )
})

test('a sending window ends when it says, may go over midnight, and tells when it opens', () => {
  const office = [{ days: [1, 2, 3, 4, 5], from: '08:00', until: '22:00' }]
  assert.ok(isOpen(office, { day: 1, clock: 480 }))
  assert.ok(!isOpen(office, { day: 1, clock: 1320 }))
  assert.equal(opensIn(office, { day: 5, clock: 1320 }), 2 * 1440 + 600)
  const night = [{ days: [5], from: '22:00', until: '02:00' }]
  assert.ok(isOpen(night, { day: 6, clock: 60 }))
  assert.ok(!isOpen(night, { day: 5, clock: 60 }))
  assert.equal(opensIn([], { day: 1, clock: 0 }), 0)
})
