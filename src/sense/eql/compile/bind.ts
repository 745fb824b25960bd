/** Values of one statement, each once: a value in a rule never stands in the text of the statement. */
export class Binder {
  readonly params: Record<string, unknown> = {}
  private readonly known = new Map<string, string>()

  /** `{p3:Int64}`. The same value of the same type has the same name, so that equal conditions are equal texts. */
  bind(type: string, value: unknown): string {
    const key = `${type} ${JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}n` : one))}`
    const name = this.known.get(key) ?? `p${this.known.size}`
    if (!this.known.has(key)) {
      this.known.set(key, name)
      this.params[name] = value
    }
    return `{${name}:${type}}`
  }

  text(value: string): string {
    return this.bind('String', value)
  }

  whole(value: bigint | number): string {
    return this.bind('Int64', String(value))
  }

  texts(values: readonly string[]): string {
    return this.bind('Array(String)', values)
  }

  /** For a comparison with a column of instants, which the index understands. */
  instant(ms: number): string {
    return this.bind("DateTime64(3, 'UTC')", new Date(ms).toISOString().replace('T', ' ').replace('Z', ''))
  }
}

/** A name as it stands in a statement, whatever letters it has. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}
