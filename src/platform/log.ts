import { type DestinationStream, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino'

export type Logger = PinoLogger

/** Names under which personal data or a secret may travel; their values never reach a log line. */
const private_ = [
  'password',
  'secret',
  'token',
  'cookie',
  'authorization',
  'totp',
  'mobile',
  'phone',
  'email',
  'certificate',
  'idNumber',
  'card',
  'name',
  'identities',
]

/**
 * The program's log: one JSON line an entry. Personal data stays out twice: these paths are cut here,
 * and the rule of the house is to log customers by number only.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const paths = private_.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths, censor: '•' },
      formatters: { level: (label) => ({ level: label }) },
    },
    destination as DestinationStream,
  )
}
