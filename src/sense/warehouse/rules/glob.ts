/** `day=*` then `part-*.parquet`: a star is anything but a slash, two are anything. */
export function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/^\/+/, '')
    .replace(/[.+^${}()|[\]\\?]/g, '\\$&')
    .replace(/\*\*\/?|\*/g, (star) => (star === '*' ? '[^/]*' : star.endsWith('/') ? '(?:.*/)?' : '.*'))
  return new RegExp(`^${source}$`)
}

/** What stands before the first star: where to begin to look. */
export function globStart(glob: string): string {
  return glob.replace(/^\/+/, '').split('*')[0] ?? ''
}
