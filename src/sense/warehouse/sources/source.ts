import type { Ctx } from '../../../platform/ctx.ts'
import type { ConnectionKind, ConnectionSettings } from '../contract.ts'
import { folderWay, s3Way } from './files.ts'
import { mysqlWay } from './mysql.ts'
import { postgresWay } from './postgres.ts'
import type { Way } from './table.ts'

const ways: Record<ConnectionKind, (ctx: Ctx, settings: ConnectionSettings, secret: string) => Way> = {
  postgres: postgresWay,
  mysql: mysqlWay,
  s3: s3Way,
  folder: folderWay,
}

/** How a source of this kind is spoken to. A new kind is one file beside these and one line above. */
export function wayTo(ctx: Ctx, kind: ConnectionKind, settings: ConnectionSettings, secret: string): Way {
  return ways[kind](ctx, settings, secret)
}
