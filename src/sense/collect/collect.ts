export { type Arrived, type Batch, factsToken, type Step } from './batch.ts'
