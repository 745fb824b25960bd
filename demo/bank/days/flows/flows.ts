import { balance } from './balance.ts'
import { benefits } from './benefits.ts'
import { bill } from './bill.ts'
import type { Flow } from './flow.ts'
import { loan } from './loan.ts'
import { service } from './service.ts'
import { transfer } from './transfer.ts'
import { wealth } from './wealth.ts'

/** A new kind of errand is one file and one line here. At the end only: chance goes by place. */
export const flows: readonly Flow[] = [balance, transfer, bill, wealth, benefits, loan, service]
