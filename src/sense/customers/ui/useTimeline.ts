import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query'
import { type ApiProblem, api, type Query, queries } from '../../../console/kit/api.ts'
import { useScope } from '../../../console/kit/scope.ts'
import { useLang } from '../../../console/kit/text.ts'
import type { TimelinePage } from '../contract.ts'

/** Names in the address of the page. */
export const timelineFilters = ['event', 'source', 'from', 'until'] as const

/**
 * The events of a customer from the newest on, as far as one has scrolled. What was loaded is not asked again by itself:
 * a reader may have scrolled through thousands of pages.
 */
export function useTimeline(customer: number, query: Query, first: TimelinePage | undefined) {
  const path = `/api/customers/${customer}/timeline`
  const key = [path, query, useScope(), useLang()]
  const asked = useInfiniteQuery<TimelinePage, ApiProblem>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      api.get(path, { limit: 50, ...query, cursor: pageParam as string | undefined }, signal),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    ...(first ? { initialData: { pages: [first], pageParams: [undefined] } as InfiniteData<TimelinePage> } : {}),
  })
  return { ...asked, again: () => queries.resetQueries({ queryKey: key }) }
}
