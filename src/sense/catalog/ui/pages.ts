import type { Page } from '../../../console/page.ts'

export const catalogPages: readonly Page[] = []
