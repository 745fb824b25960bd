// The face of the segments: questions about customers that are kept, and their answers.
export { createSegment, editSegment, publishSegment, refreshSegment, turnSegment } from './editing.ts'
export { exportMembers } from './exporting.ts'
export { jobs } from './jobs.ts'
export { compareSnapshots, membersOf } from './members.ts'
export { ruleSchema, valuesOf } from './suggesting.ts'
export { getSegment, listSegments } from './view.ts'
export { checkText, completeText, estimate } from './writing.ts'
