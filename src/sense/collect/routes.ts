import type { FastifyInstance } from 'fastify'

export function collectRoutes(_app: FastifyInstance): void {}
