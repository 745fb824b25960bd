import type { FastifyInstance } from 'fastify'

export function catalogRoutes(_app: FastifyInstance): void {}
