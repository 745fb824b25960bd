// The face of the content: what may be said to customers, and what was approved to be sent.
export { listWords, saveNotice, saveWords } from './lists.ts'
export { listWaiting } from './queue.ts'
export { type Addressee, type Written, writeTo } from './rendering.ts'
export {
  createTemplate,
  decideTemplate,
  editTemplate,
  getTemplate,
  listTemplates,
  retireTemplate,
  submitTemplate,
  withdrawTemplate,
} from './templates.ts'
export { checkWriting, previewFor } from './writing.ts'
