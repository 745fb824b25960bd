import nodemailer, { type Transporter } from 'nodemailer'
import type SMTPPool from 'nodemailer/lib/smtp-pool/index.js'
import { Type } from 'typebox'
import { text } from '../../../platform/problem.ts'
import { said } from '../rules/gateway.ts'
import { messageIdOf, smtpOutcome } from '../rules/mail.ts'
import { readReport } from '../rules/report.ts'
import { addressOf } from './guard.ts'
import {
  type Addressed,
  faultOutcome,
  type Kind,
  type Line,
  type Outcome,
  sayField,
  type Way,
  WayFault,
} from './kind.ts'
import { composed } from './mail.ts'

const Host = Type.String({ minLength: 1, maxLength: 253 })
const Mail = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^\\s@<>]+@[^\\s@<>]+$' })

export const smtp: Kind = {
  kind: 'smtp',
  channel: 'email',
  name: text('邮件 · SMTP', 'Mail by SMTP'),
  about: text('MJML 邮件,DKIM 签名,一键退订,退信识别', 'MJML, DKIM, one-click way out, bounces'),
  unit: text('封', 'mail'),
  price: 10,
  settings: Type.Object(
    {
      host: Host,
      port: Type.Integer({ minimum: 1, maximum: 65535 }),
      security: Type.Enum(['tls', 'starttls', 'none']),
      user: Type.Optional(Type.String({ maxLength: 200 })),
      from: Mail,
      fromName: Type.Optional(Type.String({ maxLength: 60 })),
      replyTo: Type.Optional(Mail),
      bounce: Type.Optional(Mail),
      connections: Type.Integer({ minimum: 1, maximum: 50 }),
      dkimDomain: Type.Optional(Type.String({ maxLength: 253 })),
      dkimSelector: Type.Optional(Type.String({ maxLength: 63, pattern: '^[\\w.-]*$' })),
    },
    { additionalProperties: false },
  ),
  initial: { port: 587, security: 'starttls', connections: 5 },
  fields: [
    { name: 'host', label: text('主机', 'Host') },
    { name: 'port', label: text('端口', 'Port') },
    {
      name: 'security',
      label: text('加密', 'Encryption'),
      options: [
        { value: 'starttls', label: text('STARTTLS(必须)', 'STARTTLS (needed)') },
        { value: 'tls', label: text('TLS', 'TLS') },
        { value: 'none', label: text('不加密', 'None') },
      ],
    },
    { name: 'user', label: text('账号', 'User') },
    { name: 'from', label: text('发件地址', 'From'), placeholder: text('notice@bank.example', 'notice@bank.example') },
    { name: 'fromName', label: text('发件人名称', 'Name of the sender') },
    { name: 'replyTo', label: text('回复地址', 'Reply to') },
    {
      name: 'bounce',
      label: text('退信地址', 'Bounces to'),
      help: text(
        '该信箱收到的退信原文转发到回执地址',
        'What arrives there is to be passed on to the address of receipts',
      ),
    },
    { name: 'connections', label: text('连接数', 'Connections') },
    { name: 'dkimDomain', label: text('DKIM 域名', 'DKIM domain') },
    { name: 'dkimSelector', label: text('DKIM 选择器', 'DKIM selector') },
  ],
  secrets: [
    { name: 'password', label: text('密码', 'Password'), needed: false },
    { name: 'dkimKey', label: text('DKIM 私钥(PEM)', 'DKIM private key (PEM)'), area: true, needed: false },
  ],
  presets: [],
  identity: 'email',
  towards: ['host', 'port', 'user', 'security'],
  callback: true,
  check: ({ dkimDomain, dkimSelector, user }, secrets) => [
    ...(dkimDomain && !dkimSelector
      ? [{ field: 'settings.dkimSelector', message: text('DKIM 域名须有选择器', 'A domain needs its selector') }]
      : []),
    ...(dkimDomain && !secrets.has('dkimKey')
      ? [{ field: 'secrets.dkimKey', message: text('DKIM 须有私钥', 'DKIM needs its private key') }]
      : []),
    ...(user && !secrets.has('password')
      ? [{ field: 'secrets.password', message: text('填写了账号,须填密码', 'A user needs his password') }]
      : []),
  ],
  checkAddress: (address) =>
    /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/.test(address) ? undefined : text('不是邮箱地址', 'Not a mail address'),
  units: () => 1,
  async preview(fields) {
    const { html, plain, faults } = await composed(fields)
    return {
      shown: [
        { label: text('主题', 'Subject'), value: sayField(fields, 'subject') },
        { label: text('预览文字', 'Preheader'), value: sayField(fields, 'preheader') },
        { label: text('纯文本', 'Plain text'), value: plain },
      ],
      html,
      notes: [
        ...faults.map((fault) => text(`MJML:${fault}`, `MJML: ${fault}`)),
        ...(fields.unsubscribe === undefined ? [text('没有退订链接', 'No way out is given')] : []),
      ],
    }
  },
  open: openLine,
  read: (_settings, arrived) => ({ receipts: readReport(arrived.body.toString('utf8'), arrived.now), inbound: [] }),
}

async function openLine(way: Way): Promise<Line> {
  let pool: Promise<Transporter<SMTPPool.SentMessageInfo>> | undefined
  const take = () => {
    pool ??= transportOf(way).catch((error: unknown) => {
      pool = undefined
      throw error
    })
    return pool
  }
  return {
    async send(letters) {
      return Promise.all(
        letters.map(async (letter) => {
          try {
            return await sendOne(way, await take(), letter)
          } catch (error) {
            return faultOutcome(letter.key, error)
          }
        }),
      )
    },
    async probe() {
      try {
        await (await take()).verify()
      } catch (error) {
        if (error instanceof WayFault) throw error
        const { code, text } = smtpOutcome('', error, false)
        throw new WayFault('transient', code, text, { cause: error })
      }
    },
    async close() {
      const held = await pool?.catch(() => undefined)
      held?.close()
    },
  }
}

async function transportOf({ ctx, settings, secrets }: Way) {
  const host = said(settings.host)
  const { address } = await addressOf(ctx, host)
  const { dkimDomain, dkimSelector, security } = settings
  const options: SMTPPool.Options = {
    pool: true,
    host: address,
    port: Number(settings.port),
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { servername: host },
    maxConnections: Number(settings.connections ?? 5),
    maxMessages: 500,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(settings.user ? { auth: { user: said(settings.user), pass: secrets.password ?? '' } } : {}),
    ...(dkimDomain && secrets.dkimKey
      ? { dkim: { domainName: said(dkimDomain), keySelector: said(dkimSelector), privateKey: secrets.dkimKey } }
      : {}),
  }
  return nodemailer.createTransport(options)
}

async function sendOne(
  way: Way,
  transport: Transporter<SMTPPool.SentMessageInfo>,
  letter: Addressed,
): Promise<Outcome> {
  const { settings } = way
  const { key, to, fields } = letter
  const { html, plain } = await composed(fields)
  const from = said(settings.from)
  const messageId = messageIdOf(key, from)
  const wayOut = sayField(fields, 'unsubscribe')
  try {
    await transport.sendMail({
      from: { name: said(settings.fromName), address: from },
      to: { name: '', address: to },
      envelope: { from: said(settings.bounce) || from, to: [to] },
      ...(settings.replyTo ? { replyTo: said(settings.replyTo) } : {}),
      subject: sayField(fields, 'subject'),
      messageId,
      date: way.ctx.now,
      html,
      text: plain,
      headers: {
        'X-Zhixing-Message': key,
        'Auto-Submitted': 'auto-generated',
        // RFC 8058: the mailbox's own button, one POST without a page.
        ...(wayOut ? { 'List-Unsubscribe': `<${wayOut}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : {}),
      },
    })
    return { key, state: 'sent', providerId: messageId, units: 1 }
  } catch (error) {
    return smtpOutcome(key, error, true)
  }
}
