/** The face of the system capability: settings, code values, the job queue and the state of the engines. */
export {
  codeValues,
  compareCodes,
  createCodeSet,
  discardCodeDraft,
  exportCodes,
  getCodeSet,
  importCodes,
  listCodeSets,
  listCodeVersions,
  publishCodes,
  saveCodeDraft,
} from './codes.ts'
export { type HealthSources, systemHealth } from './health.ts'
export {
  defineParameter,
  listParameters,
  type Parameter,
  parameter,
  parameterHistory,
  resetParameter,
  setParameter,
} from './parameters.ts'
export { listQueue, listRecurring, removeQueued, retryQueued } from './queue.ts'
export { isUsable } from './rules/codes.ts'
