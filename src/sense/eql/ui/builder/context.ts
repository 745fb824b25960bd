import { createContext, type Dispatch, useContext } from 'react'
import type { Estimated, Issue, Schema } from '../../contract.ts'
import type { Writer } from '../writer.ts'
import type { Action, Item } from './state.ts'

/** What every part of the builder has in hand. */
export type Building = {
  schema: Schema
  writer: Writer
  dispatch: Dispatch<Action>
  /** What is wrong with a part, shown beside it. */
  issuesOf(item: Item): readonly Issue[]
  isUnfinished(item: Item): boolean
  /** How many a part finds by itself, once that was counted. */
  countOf(item: Item): Estimated | undefined
  universe: number
  counting: boolean
}

const BuildingContext = createContext<Building | null>(null)
export const BuildingProvider = BuildingContext.Provider

export function useBuilding(): Building {
  const building = useContext(BuildingContext)
  if (!building) throw new Error('a part of the builder stands in the builder')
  return building
}
