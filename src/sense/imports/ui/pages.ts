import type { Page } from '../../../console/page.ts'

export const importsPages: readonly Page[] = []
