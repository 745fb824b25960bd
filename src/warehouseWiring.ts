import { join } from 'node:path'
import { choicesOfColumns, sourceNamed } from './importsWiring.ts'
import type { Ctx } from './platform/ctx.ts'
import { receive } from './sense/collect/collect.ts'
import { type Warehouse, warehouseWith } from './sense/warehouse/warehouse.ts'

/** The warehouse on the collection and the catalogue of this program. `home` is its home folder. */
export function openWarehouse(home: string): Warehouse {
  return warehouseWith({
    receive,
    // What an organisation's tables bring arrives under a source of its own, made when the first rows come.
    source: (ctx: Ctx, org: string) => sourceNamed(ctx, org, { name: '数仓映射', project: `warehouse-${org}` }),
    choices: choicesOfColumns,
    folder: join(home, 'warehouse'),
  })
}
