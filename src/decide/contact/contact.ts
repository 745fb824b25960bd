// The face of the contact policy: whom the bank may disturb, when, and how often.
export { getPolicy, getPolicyVersion, publishPolicy } from './policies.ts'
export { announce, confirm, expireReservations, release, reserve, sortByRank } from './reserving.ts'
