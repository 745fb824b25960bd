import { useCallback, useMemo } from 'react'
import { useLocation, useSearchParams } from 'react-router'
import type { Query } from './api.ts'

/** The question a table asks, all of it in the address: it can be linked to, and Back goes back. */
export type TableState = {
  q: string
  /** A column's key, `-` before it for descending. */
  sort: string
  limit: number
  cursor: string | undefined
  filters: Record<string, string[]>
}

export const pageSizes = [20, 50, 100, 200]

export function readState(params: URLSearchParams, filterKeys: readonly string[], defaultSort: string): TableState {
  const limit = Number(params.get('limit'))
  const filters: Record<string, string[]> = {}
  for (const key of filterKeys) {
    const values = params.getAll(key).filter(Boolean)
    if (values.length > 0) filters[key] = values
  }
  return {
    q: params.get('q') ?? '',
    sort: params.get('sort') ?? defaultSort,
    limit: pageSizes.includes(limit) ? limit : 20,
    cursor: params.get('cursor') ?? undefined,
    filters,
  }
}

/** The state as the API takes it. */
export function questionOf(state: TableState): Query {
  return { ...state.filters, q: state.q, sort: state.sort || undefined, limit: state.limit, cursor: state.cursor }
}

type Trail = { trail?: string[] } | null

/** Reads and changes the address. Any change of the question goes back to its first page. */
export function useTableState(filterKeys: readonly string[], defaultSort: string) {
  const [params, setParams] = useSearchParams()
  const location = useLocation()
  const trail = (location.state as Trail)?.trail ?? []
  const joined = filterKeys.join(',')
  const state = useMemo(
    () => readState(params, joined === '' ? [] : joined.split(','), defaultSort),
    [params, joined, defaultSort],
  )

  const change = useCallback(
    (changes: Record<string, string | readonly string[] | undefined>, replace = false) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before)
          after.delete('cursor')
          for (const [name, value] of Object.entries(changes)) {
            after.delete(name)
            for (const one of typeof value === 'string' ? [value] : (value ?? [])) if (one) after.append(name, one)
          }
          return after
        },
        { replace, state: null },
      ),
    [setParams],
  )

  /** Of the words and filters; the order and what else stands in the address stay. */
  const clear = useCallback(
    () => change({ q: undefined, ...Object.fromEntries(joined.split(',').map((key) => [key, undefined])) }),
    [change, joined],
  )

  const turn = (cursor: string | undefined, next: string[]) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before)
        if (cursor) after.set('cursor', cursor)
        else after.delete('cursor')
        return after
      },
      { state: { trail: next } },
    )

  return {
    state,
    page: trail.length + 1,
    change,
    next: (cursor: string) => turn(cursor, [...trail, state.cursor ?? '']),
    /** The cursors behind us travel with the history entry; a page opened from a link goes back to the first. */
    previous: () => turn(trail.at(-1), trail.slice(0, -1)),
    clear,
  }
}
