// The face of the catalogue: sources, the tracking plan, the entity model.
export {
  attributesInUse,
  attributesNowOf,
  attributesOf,
  createAttribute,
  createEntity,
  createRelation,
  editAttribute,
  editEntity,
  entityModel,
  getEntity,
  listItems,
  noteAttributes,
  removeRelation,
  saveItems,
} from './entities.ts'
export { insertRows, newestVersion, sweep, tableOf } from './facts.ts'
export { catalogFeeds, type Owners } from './following.ts'
export {
  downstreamOf,
  lineageOf,
  type NodeKind,
  recordLineage,
  registerNodeKind,
  replaceLineage,
} from './lineage.ts'
export { nodeId } from './lineageKinds.ts'
export { openPicking, type PickingOptions } from './picking.ts'
export {
  createEvent,
  createProperty,
  decideEvents,
  decideProperties,
  editEvent,
  editProperty,
  exportPlan,
  getEvent,
  importPlan,
  listCommonProperties,
  listEvents,
  maskProps,
  planOf,
  planSheet,
} from './plan.ts'
export {
  demoteProperty,
  jobs,
  listPromoted,
  promotedProperties,
  promoteProperty,
} from './promoting.ts'
export { type Column, columnOf, columnSql, columnsOf, columnValue } from './rules/column.ts'
export { rowOf } from './rules/factRow.ts'
export type { ItemChange, KnownAttribute } from './rules/item.ts'
export { looksPersonal, personalKindOf } from './rules/personal.ts'
export { type Checked, checkEvent, type Plan, type PlanEvent, type PlanProperty } from './rules/plan.ts'
export { promotedColumn } from './rules/promoted.ts'
export { type Declared, isName, seenType, valueFault } from './rules/value.ts'
export { noteSeen, type Seen } from './seen.ts'
export {
  createSource,
  editSource,
  ensureDefaultSource,
  findSource,
  getSource,
  listSources,
  ownSource,
  rotateWriteKey,
  type Source,
  sourcesById,
  sourcesWithin,
  switchSource,
} from './sources.ts'
export { type OwnThings, thingsOf, unfitValues } from './things.ts'
export {
  countVirtual,
  createVirtual,
  editVirtual,
  getVirtual,
  listVirtual,
  nameElements,
  previewVirtual,
  type VirtualInUse,
  virtualEvents,
} from './virtual.ts'
export { openVirtual } from './virtualRoutes.ts'
