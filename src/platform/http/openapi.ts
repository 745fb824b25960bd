import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

/** The machine description, made of the same schemas that check the requests. */
export async function describe(app: FastifyInstance, publicUrl: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Zhixing',
        version: '0.1.0',
        description:
          'The digital operations platform for banks. Errors are problem JSON (RFC 9457) with a stable `code`; ' +
          'lists page by `cursor`; a write with an `Idempotency-Key` header may be repeated safely.',
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'zx_session' },
          key: { type: 'http', scheme: 'bearer', description: 'A service key' },
        },
      },
      security: [{ session: [] }, { key: [] }],
    },
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { docExpansion: 'none', tagsSorter: 'alpha' },
  })
  app.get('/openapi.json', { config: { needs: 'public' }, schema: { hide: true } }, async () => app.swagger())
}
