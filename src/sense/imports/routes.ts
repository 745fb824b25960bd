import type { FastifyInstance } from 'fastify'

export function importsRoutes(_app: FastifyInstance): void {}
