import { useInfiniteQuery } from '@tanstack/react-query'
import { type ApiProblem, api, type Query } from './api.ts'
import { useScope } from './scope.ts'
import { useLang } from './text.ts'

type Page<Row> = { items: Row[]; next: string | null }

/** A list that grows downwards: what was asked so far, and more of it when there is more. */
export function useMore<Row>(path: string, query: Query = {}) {
  const scope = useScope()
  const lang = useLang()
  const asked = useInfiniteQuery<Page<Row>, ApiProblem>({
    // The first part is what `refresh` looks for; the last keeps it apart from single pages of the same path.
    queryKey: [path, query, scope, lang, 'more'],
    queryFn: ({ pageParam, signal }) =>
      api.get(path, { limit: 20, ...query, cursor: pageParam as string | undefined }, signal),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  return {
    data: asked.data?.pages.flatMap((page) => page.items),
    error: asked.error,
    isPending: asked.isPending,
    refetch: asked.refetch,
    hasMore: asked.hasNextPage,
    loadingMore: asked.isFetchingNextPage,
    more: () => void asked.fetchNextPage(),
  }
}
