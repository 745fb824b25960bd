import type { FastifyInstance } from 'fastify'
import { endpoint } from '../../platform/http/endpoint.ts'
import { PageQuery } from '../../platform/page.ts'
import * as wire from './contract.ts'
import * as identity from './identity.ts'

export function identityRoutes(app: FastifyInstance): void {
  customerRoutes(app)
  mergeRoutes(app)
  conflictRoutes(app)
  kindRoutes(app)
}

function customerRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'POST',
    url: '/api/identity/find',
    needs: 'identity.merge.read',
    summary: 'Customers by their number or the exact value of any identity; not a GET, for addresses are logged',
    body: wire.Find,
    answer: wire.FoundList,
    handle: async (ctx, { body }) => ({ items: await identity.findByIdentity(ctx, body.q, body.limit) }),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/identity/customers/:customer',
    needs: 'identity.merge.read',
    summary: 'All that names one customer, personal values masked',
    params: wire.CustomerParams,
    answer: wire.CustomerIdentity,
    handle: (ctx, { params }) => identity.getIdentityOf(ctx, params.customer),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/identity/customers/:customer/reveal',
    needs: 'privacy.reveal',
    summary: 'His personal identities in clear, recorded in the audit',
    params: wire.CustomerParams,
    body: wire.Reveal,
    answer: wire.Revealed,
    handle: (ctx, { params, body }) => identity.revealIdentities(ctx, params.customer, body.reason),
  })
}

function mergeRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/identity/merges',
    needs: 'identity.merge.read',
    summary: 'Merges of customers, newest first',
    query: wire.MergeQuery,
    answer: wire.MergePage,
    handle: (ctx, { query }) => identity.listMerges(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/identity/merges',
    needs: 'identity.merge.edit',
    summary: 'Merges two customers',
    body: wire.NewMerge,
    answer: wire.Merge,
    handle: (ctx, { body }) => identity.mergeCustomers(ctx, body.winner, body.loser, body.reason),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/identity/merges/:id/undo',
    needs: 'identity.merge.edit',
    summary: 'Undoes a merge: both customers are as they were',
    params: wire.MergeParams,
    body: wire.UndoMerge,
    answer: wire.Merge,
    handle: (ctx, { params, body }) => identity.undoMerge(ctx, params.id, body.reason),
  })
}

function conflictRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/identity/conflicts',
    needs: 'identity.merge.read',
    summary: 'Pairs of customers that may be one, for a person to decide',
    query: wire.ConflictQuery,
    answer: wire.ConflictPage,
    handle: (ctx, { query }) => identity.listConflicts(ctx, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/identity/conflicts/:id',
    needs: 'identity.merge.read',
    summary: 'One pair',
    params: wire.ConflictParams,
    answer: wire.Conflict,
    handle: (ctx, { params }) => identity.getConflict(ctx, params.id),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/identity/conflicts/:id/decide',
    needs: 'identity.merge.edit',
    summary: 'Decides a pair: merge, keep apart for ever, or ignore until seen again',
    params: wire.ConflictParams,
    body: wire.Decide,
    answer: wire.Conflict,
    handle: (ctx, { params, body }) => identity.decideConflict(ctx, params.id, body),
  })
}

function kindRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/identity/kinds',
    needs: 'identity.kind.read',
    summary: 'Kinds of identity',
    query: PageQuery,
    answer: wire.KindPage,
    handle: (ctx, { query }) => identity.listKinds(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/identity/kinds',
    needs: 'identity.kind.edit',
    summary: 'Adds a kind',
    body: wire.NewKind,
    answer: wire.Kind,
    handle: (ctx, { body }) => identity.createKind(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/identity/kinds/:id',
    needs: 'identity.kind.read',
    summary: 'One kind',
    params: wire.KindParams,
    answer: wire.Kind,
    handle: (ctx, { params }) => identity.getKind(ctx, params.id),
  })
  endpoint(app, {
    method: 'PUT',
    url: '/api/identity/kinds/:id',
    needs: 'identity.kind.edit',
    summary: 'Changes a kind, for what arrives from now on',
    params: wire.KindParams,
    body: wire.KindEdit,
    answer: wire.Kind,
    handle: (ctx, { params, body }) => identity.editKind(ctx, params.id, body),
  })
}
