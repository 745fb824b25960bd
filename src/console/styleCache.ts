import { createCache } from '@ant-design/cssinjs'

/**
 * Ant Design forgets a component's styles when the last one of its kind leaves the screen, and computes them anew
 * for the next: a tenth of a second for each change of page. Here they are kept once they are made. The number of
 * entries is that of component kinds and themes, so it does not grow with use.
 */
export function lastingStyles(): ReturnType<typeof createCache> {
  const cache = createCache()
  const update = cache.opUpdate.bind(cache)
  cache.opUpdate = (key, next) =>
    update(key, (before) => {
      const after = next(before)
      return after === null && before ? [0, before[1]] : after
    })
  return cache
}
