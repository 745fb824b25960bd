import type { Page } from '../../../console/page.ts'

export const collectPages: readonly Page[] = []
