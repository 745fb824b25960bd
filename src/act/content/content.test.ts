import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { unauditedChange } from '../../platform/change.ts'
import { type Ctx, withCtx } from '../../platform/ctx.ts'
import type { Id } from '../../platform/ids.ts'
import { Problem } from '../../platform/problem.ts'
import { is, openBank } from '../../sense/customers/testing/testing.ts'
import * as content from './content.ts'
import type { NewTemplate } from './contract.ts'

const code = (expected: string) => (error: unknown) => error instanceof Problem && error.code === expected

/** A head office with an operator, a reviewer and a customer who is known by name and level. */
async function office(t: TestContext) {
  const bank = await openBank(t)
  const as = (id: Id<'usr'>, name: string): Ctx =>
    withCtx(bank.ctx, { who: { kind: 'user', id, name }, scope: { path: bank.root.path } })
  await bank.say(
    bank.web,
    is({ customer_no: '1' }, 'set', '2026-01-05 08:00', { name: '测试甲', level: '金卡', aum: '1234500' }),
    is({ customer_no: '2' }, 'set', '2026-01-05 08:00', { name: '测试乙', level: '' }),
  )
  return { ...bank, writer: as('usr_writer', '运营小王'), reviewer: as('usr_reviewer', '合规老李'), as }
}

const sms = (text: string, more: Partial<NewTemplate> = {}): NewTemplate => ({
  ...{ name: '到期提醒', channel: 'sms', lang: 'zh', marketing: false, products: [], fields: { text } },
  ...more,
})

async function approved(writer: Ctx, reviewer: Ctx, input: NewTemplate) {
  const made = await content.createTemplate(writer, input)
  const handed = await content.submitTemplate(writer, made.id, made.revision)
  const [version] = handed.versions
  assert.ok(version)
  await content.decideTemplate(
    reviewer,
    { id: made.id, version: version.version },
    { approve: true, hash: version.hash },
  )
  return { template: made.id, version: version.version }
}

test('nothing is written to a customer that another person has not approved, and what is approved never changes (rules 44, 45)', async (t) => {
  const { ctx, root, writer, reviewer } = await office(t)
  const made = await content.createTemplate(writer, sms('尊敬的客户,您的理财即将到期'))
  const to = [{ key: 'm1', customer: 1, org: root.id }]
  await assert.rejects(content.writeTo(ctx, { template: made.id, version: 1 }, to), code('content.not_approved'))

  const handed = await content.submitTemplate(writer, made.id, made.revision)
  assert.equal(handed.waiting, true)
  const [first] = handed.versions
  assert.ok(first)
  const decide = (who: Ctx, hash: string) =>
    content.decideTemplate(who, { id: made.id, version: 1 }, { approve: true, hash })
  await assert.rejects(decide(writer, first.hash), code('content.own_work'))
  const renamed = withCtx(writer, { who: { ...writer.who, name: '别的名字' } })
  await assert.rejects(decide(renamed, first.hash), code('content.own_work'), 'the id counts, not the name')
  await assert.rejects(decide(reviewer, 'f'.repeat(64)), code('content.other_content'))
  await assert.rejects(content.writeTo(ctx, { template: made.id, version: 1 }, to), code('content.not_approved'))
  await decide(reviewer, first.hash)
  assert.deepEqual(await content.writeTo(ctx, { template: made.id, version: 1 }, to), [
    { key: 'm1', fields: { text: '尊敬的客户,您的理财即将到期' } },
  ])
  await assert.rejects(decide(reviewer, first.hash), code('content.not_waiting'), 'decided once')

  const edited = await content.editTemplate(writer, made.id, { revision: 1, fields: { text: '改过的内容' } })
  assert.deepEqual([edited.version, edited.changed], [1, true])
  const [still] = await content.writeTo(ctx, { template: made.id, version: 1 }, to)
  assert.deepEqual(still, { key: 'm1', fields: { text: '尊敬的客户,您的理财即将到期' } })
  await assert.rejects(
    unauditedChange(
      ctx,
      'somebody tries',
      (tx) => tx`update content.version set fields = '{"text":"x"}' where template = ${made.id}`,
    ),
    /not changed/,
    'nor past the product',
  )
})

test('a change of what waits for review takes it back: what is decided is what was seen', async (t) => {
  const { writer, reviewer } = await office(t)
  const made = await content.createTemplate(writer, sms('第一稿'))
  const { versions } = await content.submitTemplate(writer, made.id, made.revision)
  const edited = await content.editTemplate(writer, made.id, { revision: 1, fields: { text: '第二稿' } })
  assert.deepEqual([edited.waiting, edited.versions[0]?.state], [false, 'withdrawn'])
  const hash = versions[0]?.hash ?? ''
  await assert.rejects(
    content.decideTemplate(reviewer, { id: made.id, version: 1 }, { approve: true, hash }),
    code('content.not_waiting'),
  )
  const words = await content.submitTemplate(writer, made.id, edited.revision)
  const moved = await content.editTemplate(writer, made.id, { revision: words.revision, folder: '到期' })
  assert.equal(moved.waiting, true, 'another folder is no other content')
  await assert.rejects(content.submitTemplate(writer, made.id, moved.revision), code('content.same_again'))
  assert.equal((await content.listWaiting(reviewer, {})).items.length, 1)
  assert.equal((await content.listWaiting(writer, {})).items[0]?.own, true)
  const returned = await content.decideTemplate(
    reviewer,
    { id: made.id, version: 2 },
    { approve: false, hash: words.versions[0]?.hash ?? '', comment: '语气再客气一些' },
  )
  assert.deepEqual([returned.version, returned.versions[0]?.comment], [0, '语气再客气一些'])
})

test('a value that is missing stops the message of that customer, or what stands for it is said: never a blank (rule 88)', async (t) => {
  const { ctx, root, writer, reviewer } = await office(t)
  const text = '{{ customer.name }},您是{{ customer.level }}客户,资产{{ customer.aum | yuan }}元,{{ event.product }}'
  const of = await approved(writer, reviewer, sms(text, { name: '资产', fallbacks: { 'customer.level': '普通' } }))
  const given = { event: { product: '稳健一号' } }
  const to = [1, 2].map((customer) => ({ key: `m${customer}`, customer, org: root.id, given }))
  assert.deepEqual(await content.writeTo(ctx, of, to), [
    { key: 'm1', fields: { text: '测试甲,您是金卡客户,资产12,345.00元,稳健一号' } },
    { key: 'm2', missing: 'customer.aum' },
  ])
  const [without] = await content.writeTo(ctx, of, [
    { key: 'm1', customer: 1, org: root.id, given: { event: { product: ' ' } } },
  ])
  assert.deepEqual(without, { key: 'm1', missing: 'event.product' })
  const preview = await content.previewFor(withCtx(ctx, { permissions: new Set(['customers.read']) }), {
    ...sms(text),
    products: [],
    fields: { text: '{{ customer.name }},{{ customer.level }}' },
    fallbacks: {},
    customer: 1,
  })
  assert.deepEqual(preview.fields, { text: '测**,金卡' }, 'a writer sees him masked')
})

test('forbidden words and missing notices are told beside the field, and are not handed in', async (t) => {
  const { writer, ctx } = await office(t)
  const made = await content.createTemplate(
    writer,
    sms('稳健一号保.本,年化收益5.2%', { marketing: true, products: ['wealth'] }),
  )
  await assert.rejects(content.submitTemplate(writer, made.id, made.revision), (error) => {
    assert.ok(error instanceof Problem && error.code === 'content.refused')
    assert.deepEqual(
      error.fields.map(({ field, message }) => [field, message.zh]),
      [
        ['fields.text', '不得使用“保本”(中间夹有符号):保本保收益'],
        ['fields.text', '缺少必须的提示(短信退订方式):“拒收请回复R”或“退订回T”或“回T退订”或“拒收回T”'],
        ['fields.text', '缺少必须的提示(理财风险提示):“理财非存款，产品有风险，投资须谨慎”'],
      ],
    )
    return true
  })
  const right = '稳健一号新发,理财非存款,产品有风险,投资须谨慎。拒收请回复R'
  const edited = await content.editTemplate(writer, made.id, { revision: 1, fields: { text: right } })
  assert.equal((await content.submitTemplate(writer, made.id, edited.revision)).waiting, true)

  const lists = await content.listWords(ctx)
  const own = {
    name: '本行禁用',
    level: 'forbid',
    products: [],
    source: '本行',
    words: ['新发'],
    enabled: true,
  } as const
  await content.saveWords(writer, 'own', { ...own, words: ['新发'], products: [], revision: 0 })
  assert.equal((await content.listWords(ctx)).words.length, lists.words.length + 1)
  const { issues } = await content.checkWriting(writer, {
    ...{ channel: 'sms', lang: 'zh', marketing: true, products: ['wealth'], fields: { text: right }, fallbacks: {} },
  })
  assert.deepEqual(
    issues.map(({ zh }) => zh),
    ['不得使用“新发”:本行禁用'],
  )
  await assert.rejects(
    content.saveWords(writer, 'own', { ...own, words: ['/(/'], products: [], revision: 1 }),
    code('content.bad_pattern'),
  )
})

test('what a template speaks of must be there, and nothing reaches beyond it', async (t) => {
  const { writer } = await office(t)
  const issues = async (text: string) =>
    (
      await content.checkWriting(writer, {
        ...{ channel: 'sms', lang: 'zh', marketing: false, products: [], fields: { text }, fallbacks: {} },
      })
    ).issues.map(({ level, en }) => `${level}: ${en}`)
  assert.deepEqual(await issues('{{ customer.level }}'), [])
  assert.deepEqual(await issues('{{ customer.levle }}'), ['error: Customers have no attribute levle'])
  assert.match((await issues('{{ secret.key }}'))[0] ?? '', /There is no secret.key/)
  assert.match((await issues('{{ customer.level'))[0] ?? '', /cannot be read: .*not closed/)
  assert.match((await issues('{% include "/etc/passwd" %}'))[0] ?? '', /cannot be read/)
  assert.match((await issues('{{ customer.level | shell }}'))[0] ?? '', /undefined filter/)
  assert.match((await issues(''))[0] ?? '', /is required/)
  assert.match((await issues('好'.repeat(501)))[0] ?? '', /At most 500 characters/)
})

test('values stand in HTML, links and JSON as these need them', async (t) => {
  const { ctx, root, writer, reviewer } = await office(t)
  const of = await approved(writer, reviewer, {
    ...{ name: '邮件', channel: 'push', lang: 'zh', marketing: false },
    fields: { title: '{{ event.x }}', body: 'b', url: 'https://bank.example/?x={{ event.x }}' },
  })
  const x = `"<a> & 'b'`
  const [written] = await content.writeTo(ctx, of, [{ key: 'k', customer: 1, org: root.id, given: { event: { x } } }])
  assert.ok(written && 'fields' in written)
  assert.equal(written.fields.title, x)
  assert.equal(written.fields.url, `https://bank.example/?x=${encodeURIComponent(x)}`)
  const hook = await approved(writer, reviewer, {
    ...{ name: '回调', channel: 'webhook', lang: 'zh', marketing: false, fields: { json: '{"x":"{{ event.x }}"}' } },
  })
  const [json] = await content.writeTo(ctx, hook, [{ key: 'k', customer: 1, org: root.id, given: { event: { x } } }])
  assert.ok(json && 'fields' in json)
  assert.deepEqual(json.fields.json, { x }, 'a channel is given what the JSON says')
  const broken = await approved(writer, reviewer, {
    ...{ name: '坏的回调', channel: 'webhook', lang: 'zh', marketing: false, fields: { json: '{"x":{{ event.x }}' } },
  })
  const [fault] = await content.writeTo(ctx, broken, [{ key: 'k', customer: 1, org: root.id, given: { event: { x } } }])
  assert.deepEqual(fault, { key: 'k', fault: 'json is no JSON' })
})

test('a branch sees and changes its own templates only', async (t) => {
  const { writer, east, west, worksAt } = await office(t)
  const mine = await content.createTemplate(worksAt(east), sms('东分行的内容', { name: '东' }))
  await content.createTemplate(writer, sms('总行的内容', { name: '总' }))
  assert.deepEqual((await content.listTemplates(worksAt(west), {})).items, [])
  await assert.rejects(content.getTemplate(worksAt(west), mine.id), code('template.missing'))
  assert.equal((await content.listTemplates(writer, {})).items.length, 2)
  await content.createTemplate(worksAt(west), sms('西分行的内容', { name: '东' }))
  await assert.rejects(content.createTemplate(worksAt(east), sms('x', { name: ' 东 ' })), code('content.name_taken'))
})
