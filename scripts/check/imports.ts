import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'

export type ImportBroken = { rule: string; from: string; to: string }
export type ImportsRead = { broken: ImportBroken[]; files: number; imports: number }

const configFile = join(import.meta.dirname, '../../.dependency-cruiser.cjs')

/**
 * Holds the imports of the folders, relative to `root`, against `.dependency-cruiser.cjs`. Says how many files and
 * imports it saw: a parser that understands nothing finds nothing wrong.
 */
export async function readImports(root: string, folders: string[]): Promise<ImportsRead> {
  const config = createRequire(import.meta.url)(configFile) as { options: ICruiseOptions; forbidden: never[] }
  const options: ICruiseOptions = {
    ...config.options,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: config.forbidden },
  }
  const { output } = await cruise(folders, options, config.options.enhancedResolveOptions)
  if (typeof output === 'string') throw new Error(output)
  const { summary } = output as ICruiseResult
  return {
    broken: summary.violations.map((one) => ({
      rule: one.rule.name,
      from: one.from,
      to: one.cycle ? one.cycle.map((step) => step.name).join(' → ') : one.to,
    })),
    files: summary.totalCruised,
    imports: summary.totalDependenciesCruised ?? 0,
  }
}
