import type { PersonalKind } from '../contract.ts'

/**
 * The one form of a value under which equal ones are found, however they were typed. Values are sealed as they were
 * given; only the blind index is made of this. *Trap*: changing a rule makes rows indexed before it unfindable.
 */
export function normalise(kind: PersonalKind, value: string): string {
  // Once more at the end: a letter may change its composition with its case.
  return forms[kind](value.normalize('NFKC').trim()).normalize('NFKC').trim()
}

const forms: Record<PersonalKind, (value: string) => string> = {
  mobile,
  name: (value) =>
    value
      .replace(/[•‧∙⋅・･]/g, '·')
      .replace(/\s*·\s*/g, '·')
      .replace(/\s+/g, ' ')
      .toUpperCase(),
  certificate: (value) => value.replace(/[\s-]/g, '').toUpperCase(),
  card: (value) => value.replace(/[\s-]/g, ''),
  email: (value) => value.replace(/\s/g, '').toLowerCase(),
  address: (value) => value.replace(/[\s,，]/g, '').toUpperCase(),
  // The platform that gives it tells capitals from small letters.
  openid: (value) => value,
}

/** `13800000000` for a number of the mainland, `+85291234567` for others, digits as they are for a landline. */
function mobile(value: string): string {
  const bare = value.replace(/[\s().\-‐-―]/g, '').replace(/^00(?=[1-9])/, '+')
  const mainland = /^\+?(?:86)?(1\d{10})$/.exec(bare)
  return mainland?.[1] ?? bare
}
