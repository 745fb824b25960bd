import { impurities } from './purity.ts'
import { type Finding, productSources } from './source.ts'
import { foreignSql } from './sql.ts'
import { unlistedFolders } from './tree.ts'

/** The rules of the house that no bought tool knows. */
export function houseFindings(root: string): Finding[] {
  const sources = productSources(root)
  return [...unlistedFolders(root), ...impurities(sources), ...foreignSql(sources)]
}
