// The face of the customers: the profile that messages write, and the one page that shows a customer whole.
import { registerSealed } from '../../govern/privacy/privacy.ts'
import { personalColumn } from './sealedPersonal.ts'

export { profileStep } from './effects.ts'
export { customerFeed } from './following.ts'
export { describeCustomers, listCustomers } from './list.ts'
export { registerSection, type Section } from './sections.ts'
export { type Mark, markNow, type Reads, touchedSql, type Way } from './touched.ts'
export { customerThings, customerTrend } from './trend.ts'
export { valuesOf } from './values.ts'
export { customerTimeline, getCustomer, revealCustomer } from './view.ts'

registerSealed(personalColumn)
