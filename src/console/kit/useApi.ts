import { type QueryKey, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { type ApiProblem, api, type Query, queries } from './api.ts'
import { useScope } from './scope.ts'
import { useLang } from './text.ts'

/** The key of an answer: what was asked, in which scope, in which language. */
export function keyOf(path: string, query: Query | undefined, scope: string, lang: string): QueryKey {
  return [path, query ?? {}, scope, lang]
}

/** Asks and keeps an answer; switching scope or language asks anew. `enabled: false` waits. */
export function useApi<T>(
  path: string,
  query?: Query,
  options: { enabled?: boolean; refetchEvery?: number } = {},
): UseQueryResult<T, ApiProblem> {
  const scope = useScope()
  const lang = useLang()
  return useQuery<T, ApiProblem>({
    queryKey: keyOf(path, query, scope, lang),
    queryFn: ({ signal }) => api.get<T>(path, query, signal),
    enabled: options.enabled ?? true,
    // The same place in another language, scope or page: the old answer stands until the new one is here.
    placeholderData: (kept, query) => (query?.queryKey[0] === path ? kept : undefined),
    refetchInterval: options.refetchEvery,
  })
}

/** After a change: every kept answer under these paths is asked again where it is shown. */
export async function refresh(...paths: string[]): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey: [path] }) => typeof path === 'string' && paths.some((start) => path.startsWith(start)),
  })
}
