const prefix = 'zhixing.'

/** localStorage where the browser lets us, otherwise memory: a page works the same, and is forgotten when it is left. */
const memory = new Map<string, string>()

export function load<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(prefix + name) ?? memory.get(name)
    return text === undefined || text === null ? otherwise : (JSON.parse(text) as T)
  } catch {
    const text = memory.get(name)
    return text === undefined ? otherwise : (JSON.parse(text) as T)
  }
}

export function save(name: string, value: unknown): void {
  const text = JSON.stringify(value)
  try {
    localStorage.setItem(prefix + name, text)
    memory.delete(name)
  } catch {
    memory.set(name, text)
  }
}

export function remove(name: string): void {
  memory.delete(name)
  try {
    localStorage.removeItem(prefix + name)
  } catch {
    // It was never stored.
  }
}

/** 128 bits of chance; `randomUUID` is missing on pages without https. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
