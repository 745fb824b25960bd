import type { TSchema } from 'typebox'
import { Check, Errors } from 'typebox/value'
import { type FieldProblem, text } from '../../platform/problem.ts'

/** What of a form's values does not pass its schema, field by field, under `prefix`. */
export function faultsOf(schema: TSchema, values: unknown, prefix: string): FieldProblem[] {
  if (Check(schema, values)) return []
  const faults = new Map<string, FieldProblem>()
  for (const error of Errors(schema, values)) {
    const { instancePath, params } = error as { instancePath: string; params?: { requiredProperties?: string[] } }
    const needed = params?.requiredProperties
    for (const name of needed ?? [instancePath.split('/')[1] ?? '']) {
      const field = `${prefix}.${name}`
      faults.set(field, {
        field,
        message: needed ? text('必填', 'Needed') : text('格式不正确', 'Not of the right form'),
      })
    }
  }
  return [...faults.values()]
}
