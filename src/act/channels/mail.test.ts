import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { kinds } from './kinds/kinds.ts'
import { plainOf, smtpOutcome } from './rules/mail.ts'
import { readReport } from './rules/report.ts'
import { channelsBank, people } from './testing/testing.ts'

class Refused extends Error {
  readonly responseCode: number
  constructor(responseCode: number, message: string) {
    super(message)
    this.responseCode = responseCode
  }
}

async function startMail(t: TestContext) {
  const mail = {
    port: 0,
    got: [] as { from: string; to: string; text: string }[],
    refuse: (_to: string): Refused | undefined => undefined,
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 200,
    logger: false,
    onRcptTo: (address, _session, done) => done(mail.refuse(address.address)),
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        mail.got.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address).join(),
          text: Buffer.concat(parts).toString(),
        })
        done(null, '2.0.0 Queued')
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  mail.port = (server.server.address() as AddressInfo).port
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return mail
}

async function bank(t: TestContext, settings: Record<string, unknown> = {}, secrets: Record<string, string> = {}) {
  const mail = await startMail(t)
  const made = await channelsBank(t)
  const account = await made.account({
    name: '通知邮件',
    kind: 'smtp',
    settings: {
      host: '127.0.0.1',
      port: mail.port,
      security: 'none',
      from: 'notice@bank.example',
      fromName: '知行银行',
      connections: 2,
      ...settings,
    },
    secrets,
  })
  const customers = await people(
    made.ctx,
    made.org.id,
    ['a', 'b', 'c', 'd'].map((name) => ({ customer_no: name, email: `${name}@mail.example` })),
  )
  const letter = (n: number, fields: Record<string, unknown> = {}) => ({
    key: `msg_${n}`,
    to: { customer: customers[n] ?? 0 },
    fields: {
      subject: '您的理财明日到期',
      body: '<mjml><mj-body><mj-section><mj-column><mj-text>您好,<a href="https://bank.example/x">查看</a></mj-text></mj-column></mj-section></mj-body></mjml>',
      ...fields,
    },
  })
  return { ...made, mail, account: account.id, letter }
}

test('a letter becomes HTML and words, with the button of the mailbox to leave, signed for its domain', async (t) => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const { mail, account, letter, send } = await bank(
    t,
    { dkimDomain: 'bank.example', dkimSelector: 'k1', bounce: 'bounce@bank.example' },
    { dkimKey: privateKey },
  )
  const [outcome] = await send(account, [letter(0, { preheader: '一键续期', unsubscribe: 'https://bank.example/u/1' })])
  assert.ok(outcome && 'state' in outcome)
  assert.equal(outcome.providerId, '<msg_0@bank.example>')
  const [got] = mail.got
  assert.ok(got)
  assert.deepEqual([got.from, got.to], ['bounce@bank.example', 'a@mail.example'])
  const head = got.text.split('\r\n\r\n', 1)[0]?.replace(/\r\n[ \t]+/g, ' ') ?? ''
  assert.match(head, /^Message-ID: <msg_0@bank\.example>$/im)
  assert.match(head, /^List-Unsubscribe: <https:\/\/bank\.example\/u\/1>$/im)
  assert.match(head, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/im)
  assert.match(head, /^DKIM-Signature: .*d=bank\.example.*s=k1/im)
  assert.match(head, /^Content-Type: multipart\/alternative/im)
  assert.match(got.text, /Content-Type: text\/plain/)
  assert.match(got.text, /Content-Type: text\/html/)
  assert.doesNotMatch(got.text, /<mj-|fonts\.googleapis/)
})

test('refusals are told apart by their codes: gone for good, full, come later, too many (rule 84)', async (t) => {
  const { mail, account, letter, send } = await bank(t)
  const refusals: Record<string, Refused> = {
    'a@mail.example': new Refused(550, '5.1.1 <a@mail.example> does not exist'),
    'b@mail.example': new Refused(452, '4.2.2 The mailbox is full'),
    'c@mail.example': new Refused(451, '4.7.1 Greylisted, come again'),
    'd@mail.example': new Refused(421, '4.7.28 rate limit'),
  }
  mail.refuse = (to) => refusals[to]
  const outcomes = await send(
    account,
    [0, 1, 2, 3].map((n) => letter(n)),
  )
  assert.deepEqual(
    outcomes.map((one) => ('failed' in one ? [one.failed, one.code, one.suppress ?? false] : one)),
    [
      ['permanent', '550 5.1.1', true],
      ['transient', '452 4.2.2', false],
      ['transient', '451 4.7.1', false],
      ['throttled', '421 4.7.28', false],
    ],
  )
  assert.ok(!JSON.stringify(outcomes).includes('a@mail.example'), 'an address stands in no log')
})

test('a full mailbox and a refused content keep their address; a wrong password is the account’s trouble', () => {
  const said = (error: object) => {
    const { failed, suppress = false, own = false } = smtpOutcome('m', error, true)
    return [failed, suppress, own]
  }
  assert.deepEqual(said({ responseCode: 552, command: 'RCPT TO', response: '552 5.2.2 over quota' }), [
    'permanent',
    false,
    false,
  ])
  assert.deepEqual(said({ responseCode: 554, command: 'DATA', response: '554 5.7.1 looks like spam' }), [
    'permanent',
    false,
    false,
  ])
  assert.deepEqual(said({ responseCode: 550, command: 'RCPT TO', response: '550 no such user' }), [
    'permanent',
    true,
    false,
  ])
  assert.deepEqual(said({ responseCode: 535, code: 'EAUTH', command: 'AUTH PLAIN', response: '535 5.7.8 bad' }), [
    'transient',
    false,
    true,
  ])
  assert.equal(smtpOutcome('m', { code: 'ETIMEDOUT', command: 'DATA' }, true).uncertain, true)
  assert.equal(smtpOutcome('m', { code: 'ETIMEDOUT', command: 'CONN' }, true).uncertain, undefined)
})

const returned = (action: string, status: string) =>
  [
    'From: MAILER-DAEMON@mx.example',
    'Content-Type: multipart/report; report-type=delivery-status;',
    ' boundary="b1"',
    'Message-ID: <dsn@mx.example>',
    '',
    '--b1',
    'Content-Type: text/plain',
    '',
    'Your message could not be delivered.',
    '--b1',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example',
    '',
    'Final-Recipient: rfc822; a@mail.example',
    `Action: ${action}`,
    `Status: ${status}`,
    '--b1',
    'Content-Type: text/rfc822-headers',
    '',
    'Subject: x',
    'Message-ID: <msg_0@bank.example>',
    '',
    '--b1--',
  ].join('\r\n')

test('a returned mail says which message it was and why; a delay says nothing final; a complaint is a complaint', () => {
  const now = new Date(0)
  const of = (mail: string) => readReport(mail, now).map(({ providerId, state, code }) => [providerId, state, code])
  assert.deepEqual(of(returned('failed', '5.1.1')), [['<msg_0@bank.example>', 'bounced', '5.1.1']])
  assert.deepEqual(of(returned('failed', '5.7.1')), [['<msg_0@bank.example>', 'failed', '5.7.1']])
  assert.deepEqual(of(returned('delivered', '2.0.0')), [['<msg_0@bank.example>', 'delivered', '2.0.0']])
  assert.deepEqual(of(returned('delayed', '4.4.1')), [])
  const abuse = returned('failed', '').replace('message/delivery-status', 'message/feedback-report')
  assert.deepEqual(of(abuse), [['<msg_0@bank.example>', 'complained', 'abuse']])
  assert.deepEqual(of('Subject: hello\r\n\r\nhello'), [])
})

test('the words of a mail keep its links and lose its styles; a preview warns where the way out is missing', async () => {
  assert.equal(
    plainOf('<style>p{}</style><p>您好&amp;<br>第二行</p><a href="https://b.example">看</a>'),
    '您好&\n第二行\n看 (https://b.example)',
  )
  const preview = await kinds.smtp.preview({ subject: 'x', body: '<mjml><mj-body><mj-wrong/></mj-body></mjml>' }, {})
  assert.ok(preview.notes.some(({ en }) => en.startsWith('MJML')))
  assert.ok(preview.notes.some(({ en }) => en.includes('way out')))
})
