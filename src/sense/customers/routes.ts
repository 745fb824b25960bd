import type { FastifyInstance } from 'fastify'

export function customersRoutes(_app: FastifyInstance): void {}
