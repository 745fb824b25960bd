import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { endpoint } from '../../platform/http/endpoint.ts'
import { type Audit, chainStatus, getEntry, listEntries, verify } from './audit.ts'
import { AuditEntryDetail, AuditPage, AuditQuery, ChainStatus, VerifyRequest, VerifyResult } from './contract.ts'

export function auditRoutes(app: FastifyInstance, audit: Audit): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/audit/entries',
    needs: 'audit.entry.read',
    summary: 'What was done, by whom and to what, newest first',
    query: AuditQuery,
    answer: AuditPage,
    handle: (ctx, { query }) => listEntries(ctx, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/audit/entries/:id',
    needs: 'audit.entry.read',
    summary: 'One entry with the state before and after',
    params: Type.Object({ id: Type.String({ maxLength: 60 }) }),
    answer: AuditEntryDetail,
    handle: (ctx, { params }) => getEntry(ctx, params.id),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/audit/chain',
    needs: 'audit.entry.read',
    summary: 'How the hash chain stands',
    answer: ChainStatus,
    handle: (ctx) => chainStatus(ctx, audit),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/audit/verify',
    needs: 'audit.chain.verify',
    summary: 'Checks the hash chain and answers what was found; the check is an entry itself',
    body: VerifyRequest,
    answer: VerifyResult,
    perMinute: 6,
    handle: (ctx, { body }) => verify(ctx, audit, body),
  })
}
