import type { Definitions, Kind } from '../contract.ts'
import { arithmetic } from './arithmetic.ts'
import { attribute } from './attribute.ts'
import { eql } from './eql.ts'
import { imported } from './import.ts'
import type { TagKind } from './kind.ts'
import { model } from './model.ts'
import { preference } from './preference.ts'
import { rfm } from './rfm.ts'
import { rule } from './rule.ts'
import { sequence } from './sequence.ts'
import { stages } from './stages.ts'
import { statistic } from './statistic.ts'

const all: { [K in Kind]: TagKind<Definitions[K]> } = {
  attribute,
  rule,
  statistic,
  preference,
  sequence,
  rfm,
  stages,
  arithmetic,
  eql,
  import: imported,
  model,
}

/** The kind of a definition that has been checked against its schema. */
export function kindOf(kind: Kind): TagKind<unknown> {
  return all[kind] as TagKind<unknown>
}
