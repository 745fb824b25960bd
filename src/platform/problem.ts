/** A sentence for a person, in the two languages the product speaks. */
export type Text = { zh: string; en: string }

export function text(zh: string, en: string): Text {
  return { zh, en }
}

/** What went wrong, as the caller should react to it; each kind is one HTTP status. */
export type ProblemKind =
  | 'invalid'
  | 'unauthenticated'
  | 'denied'
  | 'missing'
  | 'conflict'
  | 'too-large'
  | 'throttled'
  | 'unavailable'

export const problemStatus: Record<ProblemKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  denied: 403,
  missing: 404,
  conflict: 409,
  'too-large': 413,
  throttled: 429,
  unavailable: 503,
}

/** `field` is a path as the form knows it: `name`, `steps.0.approver`. */
export type FieldProblem = { field: string; message: Text }

/**
 * The one error that is thrown on purpose. It becomes RFC 9457 JSON at the top, in the reader's language;
 * anything else that is thrown is a bug and answers 500.
 */
export class Problem extends Error {
  readonly kind: ProblemKind
  /** Stable, dotted, for programs: `orgs.has_children`. */
  readonly code: string
  readonly text: Text
  readonly fields: readonly FieldProblem[]
  /** For `throttled` and `unavailable`. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    kind: ProblemKind,
    code: string,
    message: Text,
    more: { fields?: readonly FieldProblem[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message.en, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'Problem'
    this.kind = kind
    this.code = code
    this.text = message
    this.fields = more.fields ?? []
    this.retryAfterSeconds = more.retryAfterSeconds
  }
}

/** One field is wrong: the message stands beside it in a form. */
export function invalidField(field: string, code: string, message: Text): Problem {
  return new Problem('invalid', code, message, { fields: [{ field, message }] })
}

/** For `(await findThing(tx, id)) ?? missing('org', id)`. */
export function missing(thing: string, id: string | number): never {
  throw new Problem('missing', `${thing}.missing`, text(`找不到:${thing} ${id}`, `No such ${thing}: ${id}`))
}
