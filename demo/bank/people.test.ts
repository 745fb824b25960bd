import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customerAt, customersOf, makeBank, membersOf, profileOn, standingOn, traitsOf } from './bank.ts'
import { correlation, digest, mean, median, sample, topShare } from './sample-testing.ts'

const all = [...customersOf(sample)]
const profiles = all.map(({ index }) => profileOn(sample, index, 60))
const assets = profiles.map(({ aum }) => aum)

test('assets lie on the heavy tail of a Chinese retail bank: the median has little, a fiftieth has most', () => {
  assert.ok(median(assets) > 1500 && median(assets) < 8000, `${median(assets)}`)
  assert.ok(mean(assets) > 22_000 && mean(assets) < 60_000, `${mean(assets)}`)
  const rich = assets.filter((aum) => aum >= 500_000).length / assets.length
  assert.ok(rich > 0.005 && rich < 0.025, `${rich}`)
  for (const [part, low, high] of [
    [0.0212, 0.45, 0.82],
    [0.1, 0.72, 0.92],
    [0.2, 0.85, 0.97],
  ] as const) {
    const share = topShare(assets, part)
    assert.ok(share > low && share < high, `the top ${part} hold ${share}`)
  }
})

test('logarithms of assets are spread as a bell, not as a box', () => {
  const logs = assets.filter((aum) => aum > 1).map(Math.log)
  const m = mean(logs)
  const sd = Math.sqrt(mean(logs.map((log) => (log - m) ** 2)))
  const within = (widths: number) => logs.filter((log) => Math.abs(log - m) < widths * sd).length / logs.length
  // A box has 0.58 within one deviation and nothing beyond 1.74.
  assert.ok(within(1) > 0.64 && within(1) < 0.74, `${within(1)}`)
  assert.ok(1 - within(2) > 0.025 && 1 - within(2) < 0.07, `${1 - within(2)}`)
})

test('assets are the sum of what is held, and levels follow them', () => {
  for (const { index } of all.slice(0, 400)) {
    const { holdings, profile } = standingOn(sample, index, 60)
    const held = holdings
      .filter(({ product }) => !/^(LN|CC)/.test(product))
      .reduce((sum, { balance }) => sum + balance, 0)
    assert.ok(Math.abs(held - profile.aum) < 0.02)
    assert.equal(profile.level === '普通', profile.aum < 50_000)
    for (const { balance, openedOn, maturesOn } of holdings) {
      assert.ok(balance >= 0)
      assert.ok(maturesOn === null || (openedOn < maturesOn && maturesOn > '2025-08-30'), `${openedOn} ${maturesOn}`)
    }
  }
})

test('age, money and city pull where they pull among people', () => {
  const digital = all.map(({ index }) => traitsOf(sample, index).digital)
  const born = all.map(({ birthday }) => Number(birthday.slice(0, 4)))
  assert.ok(correlation(born, digital) > 0.55, 'the young are digital')
  const incomeIn = (tier: number) => median(all.filter(({ cityTier }) => cityTier === tier).map(({ income }) => income))
  assert.ok(incomeIn(1) > 1.25 * incomeIn(4))
  const log = assets.map((aum) => Math.log(aum + 1))
  const appetite = all.map(({ index }) => traitsOf(sample, index).appetite)
  const together = correlation(log, appetite)
  assert.ok(together > 0.25 && together < 0.9, `${together}`)
})

test('a family lives in one house, and its fortunes are alike', () => {
  const pairs = all.filter(({ index, household }) => index === household && membersOf(7, 4000, index).length > 1)
  assert.ok(pairs.length > 400)
  for (const one of pairs) {
    const other = customerAt(sample, one.index + 1)
    assert.deepEqual([other.address, other.org, other.household], [one.address, one.org, one.household])
    assert.notEqual(other.gender, one.gender, 'the first two are a couple')
  }
  const log = (index: number) => Math.log((assets[index] ?? 0) + 1)
  const alike = correlation(
    pairs.map(({ index }) => log(index)),
    pairs.map(({ index }) => log(index + 1)),
  )
  assert.ok(alike > 0.1, `${alike}`)
})

test('a tablet that two share is on both lists, and nothing else is', () => {
  const owners = new Map<string, number[]>()
  for (const { index, devices } of all) for (const { id } of devices) owners.set(id, [...(owners.get(id) ?? []), index])
  const shared = [...owners].filter(([, who]) => who.length > 1)
  assert.ok(shared.length > 30)
  for (const [id, who] of shared) {
    assert.equal(who.length, 2)
    for (const index of who)
      assert.equal(
        all[index]?.devices.find((device) => device.id === id)?.sharedWith,
        who.find((other) => other !== index),
      )
  }
  for (const { devices } of all)
    for (const { id, sharedWith } of devices) assert.equal(owners.get(id)?.length, sharedWith === null ? 1 : 2)
})

test('nobody bears a number that could be a person’s: mobiles and certificates are invented, and right in form', () => {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  for (const { mobile, certificate, birthday, gender, email } of all) {
    assert.match(mobile, /^1990\d{7}$/)
    assert.match(certificate, /^99/, 'no place has this number')
    const sum = weights.reduce((total, weight, i) => total + weight * Number(certificate[i]), 0)
    assert.equal(certificate[17], '10X98765432'[sum % 11])
    assert.equal(certificate.slice(6, 14), birthday.replaceAll('-', ''))
    assert.equal(Number(certificate[16]) % 2, gender === '1' ? 1 : 0)
    assert.ok(email === null || email.endsWith('@example.com'))
  }
  for (const key of ['no', 'mobile', 'certificate'] as const)
    assert.equal(new Set(all.map((one) => one[key])).size, all.length)
  const logins = all.flatMap(({ login }) => login ?? [])
  assert.equal(new Set(logins).size, logins.length)
})

test('the bank has its branches, shelf and people: every customer belongs to a sub-branch and a keeper of it', () => {
  const kinds = (kind: string) => sample.orgs.filter((org) => org.kind === kind).length
  assert.deepEqual([kinds('head'), kinds('branch'), kinds('sub-branch'), sample.products.length], [1, 8, 40, 80])
  const employees = new Map(sample.employees.map((employee) => [employee.no, employee]))
  const kept = new Map<string, number>()
  for (const { org, employee } of all) {
    assert.equal(sample.orgs.find(({ code }) => code === org)?.kind, 'sub-branch')
    if (employee === null) continue
    assert.equal(employees.get(employee)?.org, org)
    kept.set(employee, (kept.get(employee) ?? 0) + 1)
  }
  assert.ok(kept.size > 80, 'portfolios are spread over many')
})

test('the same seed makes the same people to the byte, another seed others', () => {
  const again = makeBank(sample.options)
  assert.equal(digest([...customersOf(again)]), digest(all))
  assert.notEqual(digest([...customersOf(makeBank({ ...sample.options, seed: 8 }))]), digest(all))
})
