import { globSync } from 'node:fs'
import { sep } from 'node:path'

export type TestFiles = { plain: string[]; browser: string[] }

/**
 * The test files of a clone, the browser's apart. `asked` narrows them: a folder, a file, a part of a path or a glob;
 * several are added up.
 */
export function testFiles(root: string, asked: readonly string[]): TestFiles {
  const find = (patterns: string[]) =>
    globSync(patterns, { cwd: root })
      .map((path) => path.split(sep).join('/'))
      .sort()
  const wishes = asked.map((wish) => wish.replace(/^\.\//, '').replace(/\/$/, ''))
  const globbed = new Set(wishes.filter((wish) => wish.includes('*')).flatMap((wish) => find([wish])))
  const isAsked = (file: string) =>
    wishes.length === 0 || globbed.has(file) || wishes.some((wish) => !wish.includes('*') && file.includes(wish))
  return {
    plain: find(['src/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.ts', 'demo/**/*.test.ts']).filter(
      isAsked,
    ),
    browser: find(['e2e/**/*.test.ts']).filter(isAsked),
  }
}
