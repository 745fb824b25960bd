import type { Page } from '../../../console/page.ts'

export const identityPages: readonly Page[] = []
