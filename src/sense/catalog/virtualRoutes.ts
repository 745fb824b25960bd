import type { FastifyInstance } from 'fastify'
import { endpoint } from '../../platform/http/endpoint.ts'
import * as wire from './contract.ts'
import * as virtual from './virtual.ts'

export function openVirtual(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/virtual',
    needs: 'catalog.plan.read',
    summary: 'Virtual events',
    query: wire.VirtualQuery,
    answer: wire.VirtualPage,
    handle: (ctx, { query }) => virtual.listVirtual(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/virtual',
    needs: 'catalog.plan.edit',
    summary: 'Names what pages send by themselves',
    body: wire.NewVirtual,
    answer: wire.VirtualDetail,
    handle: (ctx, { body }) => virtual.createVirtual(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/virtual/one',
    needs: 'catalog.plan.read',
    summary: 'A virtual event with its versions',
    query: wire.NameQuery,
    answer: wire.VirtualDetail,
    handle: (ctx, { query }) => virtual.getVirtual(ctx, query.name),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/catalog/virtual/one',
    needs: 'catalog.plan.edit',
    summary: 'Changes a virtual event, puts it to use or retires it',
    body: wire.VirtualEdit,
    answer: wire.VirtualDetail,
    handle: (ctx, { body }) => virtual.editVirtual(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/virtual/counts',
    needs: 'catalog.plan.read',
    summary: 'How often virtual events happened in the last 30 days',
    query: wire.NamesQuery,
    answer: wire.VirtualCounts,
    handle: (ctx, { query }) => virtual.countVirtual(ctx, query.name),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/virtual/preview',
    needs: 'catalog.plan.read',
    summary: 'How often it would have happened under these conditions',
    body: wire.VirtualDefinition,
    answer: wire.VirtualCount,
    handle: (ctx, { body }) => virtual.previewVirtual(ctx, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/virtual/names',
    needs: 'catalog.plan.read',
    summary: 'Which virtual events the elements of a page belong to',
    body: wire.NamedElements,
    answer: wire.ElementNames,
    handle: (ctx, { body }) => virtual.nameElements(ctx, body),
  })
}
