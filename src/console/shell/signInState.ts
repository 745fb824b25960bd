/** What was typed so far; it lives in the page only, until the sign-in is through. */
export type Typed = { login: string; password: string }

/** Why the sign-in page was opened, told by the page before. */
export type SignInState = { why: 'ended' | 'sign-out' | 'new-password' }

/** Only a place inside the console: an address from outside must not be able to send a person elsewhere. */
export function safeTo(to: string | null): string {
  return to && /^\/(?![/\\])/.test(to) ? to : '/'
}
