// The face of the contact policy: whom the bank may disturb, when, and how often.
export { getControl, setControl } from './control.ts'
export { explainCustomer, weekOf, whenOpen } from './explaining.ts'
export { forecast } from './forecasting.ts'
export { jobs } from './jobs.ts'
export { countListed, listBars, overview } from './lists.ts'
export {
  barCustomer,
  type DeadAddress,
  endListed,
  type Objection,
  optIn,
  optOut,
  prefer,
  recordConsents,
  setConsent,
  setPreference,
  suppress,
  unsubscribe,
  uploadBars,
} from './objecting.ts'
export { getPolicy, getPolicyVersion, publishPolicy } from './policies.ts'

import { registerContactSection } from './section.ts'

export { announce, confirm, expireReservations, release, reserve, sortByRank } from './reserving.ts'
export { whySentence } from './rules/words.ts'

registerContactSection()
