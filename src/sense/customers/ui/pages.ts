import type { Page } from '../../../console/page.ts'

export const customersPages: readonly Page[] = []
