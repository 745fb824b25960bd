import { createRequire } from 'node:module'
import { DataType, type FieldType, load, open } from 'ffi-rs'

/**
 * The C interface of the engine's shared library, as far as the door needs it. Node's own binding (`chdb`) buffers
 * whole inserts, blocks while a streamed query begins and binds one query's parameters at a time, so the library it
 * brings is called directly. ffi-rs, because it calls on the thread's own stack: the engine measures its stack.
 *
 * Pointers travel as numbers (user-space addresses are below 2^47).
 */
export type Pointer = number

const name = 'chdb'
const { Void, I32, U64, U8Array: Bytes } = DataType

const signatures = {
  chdb_version: [U64, []],
  chdb_connect: [U64, [I32, Bytes]],
  chdb_close_conn: [Void, [U64]],
  chdb_query_with_params_n: [U64, [U64, Bytes, U64, Bytes, U64, Bytes, Bytes, Bytes, Bytes, U64]],
  chdb_stream_query_with_params_n: [U64, [U64, Bytes, U64, Bytes, U64, Bytes, Bytes, Bytes, Bytes, U64]],
  chdb_stream_fetch_result: [U64, [U64, U64]],
  chdb_stream_cancel_query: [Void, [U64, U64]],
  chdb_destroy_query_result: [Void, [U64]],
  chdb_stream_insert_with_params_n: [U64, [U64, Bytes, U64, Bytes, U64, Bytes, Bytes, Bytes, Bytes, U64]],
  chdb_stream_append: [I32, [U64, Bytes, U64]],
  chdb_stream_done: [U64, [U64]],
  chdb_stream_cancel_insert: [Void, [U64]],
  chdb_stream_insert_error: [U64, [U64]],
  chdb_destroy_insert_stream: [Void, [U64]],
  chdb_result_buffer: [U64, [U64]],
  chdb_result_length: [U64, [U64]],
  chdb_result_error: [U64, [U64]],
  chdb_result_rows_read: [U64, [U64]],
  chdb_result_storage_rows_read: [U64, [U64]],
  chdb_result_storage_bytes_read: [U64, [U64]],
  chdb_result_rows_written: [U64, [U64]],
  chdb_result_bytes_written: [U64, [U64]],
  chdb_classify_query_n: [I32, [U64, Bytes, U64, U64, U64, Bytes]],
  chdb_set_signal_handlers_enabled: [Void, [I32]],
  // Of the C library, which is reached through the same handle.
  strlen: [U64, [U64]],
  memcpy: [U64, [Bytes, U64, U64]],
  flock: [I32, [I32, I32]],
} as const satisfies Record<string, readonly [FieldType, readonly FieldType[]]>

export type NativeFunction = keyof typeof signatures
type Argument = number | Buffer

/** What running calls were given: the garbage collector must not take it from under them. */
const held = new Set<readonly unknown[]>()

function parameters(funcName: NativeFunction, paramsValue: readonly Argument[]) {
  const [retType, paramsType] = signatures[funcName]
  return { library: name, funcName, retType, paramsType: [...paramsType], paramsValue: [...paramsValue] }
}

/** Loads the library (half a gigabyte, mapped). Throws with the reason when this platform has none. */
export function openLibrary(): void {
  const require = createRequire(import.meta.url)
  const { libchdbPath } = require('chdb/libchdb') as { libchdbPath(): string }
  open({ library: name, path: libchdbPath() })
  // Faults stay Node's to report, and a crash stays a crash that the parent sees.
  callNow('chdb_set_signal_handlers_enabled', 0)
}

/** A call that is over in microseconds, on this thread. */
export function callNow(funcName: NativeFunction, ...args: Argument[]): number {
  return load(parameters(funcName, args)) as number
}

/** The same, while `keep` is what its arguments point to. */
export function callKeeping(keep: readonly unknown[], funcName: NativeFunction, ...args: Argument[]): number {
  held.add(keep)
  try {
    return callNow(funcName, ...args)
  } finally {
    held.delete(keep)
  }
}

/** A call that may take its time, on a thread of the pool; `keep` is whatever memory the arguments point to. */
export async function call(
  funcName: NativeFunction,
  args: readonly Argument[],
  keep: readonly unknown[] = [],
): Promise<number> {
  const holding = [args, keep]
  held.add(holding)
  try {
    return (await load({ ...parameters(funcName, args), runInNewThread: true })) as number
  } finally {
    held.delete(holding)
  }
}

/** `length` bytes from the engine's memory, copied: the engine frees its own. */
export function copyBytes(from: Pointer, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length)
  if (length > 0) callNow('memcpy', bytes, from, length)
  return bytes
}

export function copyText(from: Pointer): string {
  return from === 0 ? '' : copyBytes(from, callNow('strlen', from)).toString()
}

/** What an empty text points to: an empty buffer lies nowhere, and the engine takes no null for a text. */
const nothing = Buffer.alloc(1)

/** A `char **` to the given buffers, which must be kept as long as it. */
export function pointersTo(buffers: readonly Buffer[]): Buffer {
  const table = Buffer.alloc(8 * (buffers.length + 1))
  buffers.forEach((buffer, i) => {
    table.writeBigUInt64LE(BigInt(addressOf(buffer.length === 0 ? nothing : buffer)), 8 * i)
  })
  return table
}

export function lengthsOf(buffers: readonly Buffer[]): Buffer {
  const table = Buffer.alloc(8 * (buffers.length + 1))
  buffers.forEach((buffer, i) => {
    table.writeBigUInt64LE(BigInt(buffer.length), 8 * i)
  })
  return table
}

/** memcpy answers its first argument: copying nothing tells where a buffer lies. */
function addressOf(buffer: Buffer): Pointer {
  return callNow('memcpy', buffer, 0, 0)
}
