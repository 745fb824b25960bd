export { countOpenConflicts, decideConflict, getConflict, listConflicts } from './conflicts.ts'
export { numbersSql, personSql } from './facts.ts'
export { aliasFeed, owners } from './following.ts'
export { createKind, editKind, getKind, listKinds } from './kinds.ts'
export { listMerges, mergeCustomers, undoMerge } from './merging.ts'
export {
  canonicalOf,
  customersNamed,
  findByIdentity,
  findMany,
  getIdentityOf,
  identitiesOf,
  membersOf,
  openIdentities,
  type PersonOf,
  personsOf,
  placeCustomers,
  revealIdentities,
} from './people.ts'
export { identityStepWith, resolveIdentities, type SourceOrgs, type WantedIdentity } from './resolving.ts'
export { settleAliases, settleJob } from './settling.ts'
