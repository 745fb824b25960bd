import type { ClassRules, PolicyDoc, Quiet, Tuning } from '../contract.ts'

/** Rule 38. Notices that must arrive obey nothing and use nothing up. */
const exempt = { caps: false, counts: false, quiet: false, control: false, consent: 'none' } as const

export const defaultClasses: ClassRules = {
  regulatory: exempt,
  transactional: exempt,
  service: { caps: true, counts: true, quiet: true, control: false, consent: 'none' },
  marketing: { caps: true, counts: true, quiet: true, control: true, consent: 'not-withdrawn' },
}

export const defaultTuning: Tuning = {
  jitterMinutes: 30,
  holdHours: 24,
  boostPerDay: 10,
  boostMost: 30,
  yieldHours: 72,
  reserveMinutes: 30,
}

export const emptyPolicy: PolicyDoc = {
  classes: defaultClasses,
  caps: [],
  quiet: [],
  days: [],
  control: { share: 0, salt: '', shuffledAt: null },
  tuning: defaultTuning,
}

/**
 * What no bank may switch off: commercial short messages and calls go out between 08:00 and 22:00 only, as the gateways of
 * the carriers hold it (rule 39).
 */
export const statutory: readonly Quiet[] = [
  {
    id: 'statutory',
    name: '营销短信与外呼仅限 8 至 22 时',
    channels: ['sms', 'call'],
    classes: ['marketing'],
    weekdays: [],
    dates: [],
    calendar: 'any',
    from: '22:00',
    until: '08:00',
  },
]
