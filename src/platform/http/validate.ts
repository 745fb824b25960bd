import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'

const shared = { allErrors: true, useDefaults: true, removeAdditional: false, strict: false } as const

/** Text from a URL is read as the number or boolean it stands for; a JSON body must say what it means. */
const ofUrl = new Ajv2020({ ...shared, coerceTypes: 'array' })
const ofBody = new Ajv2020({ ...shared, coerceTypes: false })
for (const ajv of [ofUrl, ofBody]) (formats as unknown as typeof formats.default)(ajv)

/** The one check of everything that comes in, by the schemas that the routes declare. */
export const validatorCompiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? ofBody : ofUrl).compile(schema)
