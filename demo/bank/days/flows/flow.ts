import type { Chance } from '../../chance.ts'
import type { Scene, Visit } from '../scene.ts'

/** What someone came for: a way of steps, most of which are not taken to the end. */
export type Flow = {
  /** Also for visitors who have not signed in. */
  open: boolean
  /** How often it is what he came for, against the others. */
  weight: (scene: Scene, visit: Visit) => number
  play: (scene: Scene, visit: Visit, next: Chance) => void
}

/** People read for some seconds, a few for minutes. */
export const reading = (next: Chance, mean: number) => -mean * Math.log(1 - next() * 0.98)
