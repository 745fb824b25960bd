import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import ts from 'typescript'

/** One thing that is against the rules of the house, and where a person finds it. */
export type Finding = { rule: string; file: string; line: number; what: string }

/** A source file and where it stands: `phase` and `capability` are undefined at the top, the latter also in platform. */
export type Source = {
  path: string
  phase: string | undefined
  capability: string | undefined
  tree: ts.SourceFile
}

/** The product's own TypeScript under `src`, without tests and the testing kit. */
export function productSources(root: string): Source[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => `src/${path.split(sep).join('/')}`)
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|\.d\.ts$|[/-]testing(\/|\.ts$)/.test(path))
    .sort()
    .map((path) => {
      const [, phase, capability] = path.split('/').slice(0, -1)
      const tree = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true)
      return {
        path,
        phase,
        capability: phase === 'platform' || phase === 'console' || phase === 'cli' ? undefined : capability,
        tree,
      }
    })
}

export function lineOf(source: Source, position: number): number {
  return source.tree.getLineAndCharacterOfPosition(position).line + 1
}

export function eachNode(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => eachNode(child, visit))
}
