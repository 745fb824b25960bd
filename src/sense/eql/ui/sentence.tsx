import { useText } from '../../../console/kit/text.ts'
import type { Line } from '../contract.ts'
import './eql.css'

/** A rule in words, a condition a line. */
export function Sentence({ lines }: { lines: readonly Line[] }) {
  const t = useText()
  return (
    <ol className="zx-eql-sentence">
      {lines.map((line) => (
        <li key={`${line.path} ${line.depth} ${line.zh}`} className={`zx-depth-${Math.min(line.depth, 4)}`}>
          {t(line)}
        </li>
      ))}
    </ol>
  )
}
