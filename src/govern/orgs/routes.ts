import type { FastifyInstance } from 'fastify'
import { endpoint } from '../../platform/http/endpoint.ts'
import * as contract from './contract.ts'
import * as orgs from './orgs.ts'

export function orgsRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/orgs/tree',
    needs: 'orgs.read',
    summary: 'All organisations of the scope, depth first',
    query: contract.TreeQuery,
    answer: contract.OrgTree,
    handle: async (ctx, { query }) => ({ items: await orgs.orgTree(ctx, query.closed ?? false) }),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/orgs',
    needs: 'orgs.read',
    summary: 'Organisations of the scope, a page at a time',
    query: contract.OrgQuery,
    answer: contract.OrgPage,
    handle: (ctx, { query }) => orgs.listOrgs(ctx, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/orgs/:id',
    needs: 'orgs.read',
    summary: 'One organisation',
    params: contract.OrgParams,
    answer: contract.OrgDetail,
    handle: (ctx, { params }) => orgs.getOrg(ctx, params.id),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/orgs/:id/history',
    needs: 'orgs.read',
    summary: 'How it stood, newest first',
    params: contract.OrgParams,
    query: contract.OrgHistoryQuery,
    answer: contract.OrgHistory,
    handle: (ctx, { params, query }) => orgs.orgHistory(ctx, params.id, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/orgs/:id/as-of',
    needs: 'orgs.read',
    summary: 'How it stood at the end of a day',
    params: contract.OrgParams,
    query: contract.AsOfQuery,
    answer: contract.OrgPast,
    handle: (ctx, { params, query }) => orgs.orgAsOf(ctx, params.id, query.day),
  })
  orgChangeRoutes(app)
}

function orgChangeRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'POST',
    url: '/api/orgs',
    needs: 'orgs.edit',
    summary: 'Adds an organisation below another',
    body: contract.NewOrg,
    answer: contract.Org,
    handle: (ctx, { body }) => orgs.createOrg(ctx, body),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/orgs/:id',
    needs: 'orgs.edit',
    summary: 'Edits an organisation',
    params: contract.OrgParams,
    body: contract.OrgEdit,
    answer: contract.Org,
    handle: (ctx, { params, body }) => orgs.editOrg(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/orgs/:id/move-preview',
    needs: 'orgs.move',
    summary: 'What a move would do',
    params: contract.OrgParams,
    query: contract.MovePreviewQuery,
    answer: contract.MovePreview,
    handle: (ctx, { params, query }) => orgs.previewMove(ctx, params.id, query.parent),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/orgs/:id/move',
    needs: 'orgs.move',
    summary: 'Moves it, with all below it, under another',
    params: contract.OrgParams,
    body: contract.OrgMove,
    answer: contract.Org,
    handle: (ctx, { params, body }) => orgs.moveOrg(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/orgs/:id/close',
    needs: 'orgs.move',
    summary: 'Closes it; those below must be closed already',
    params: contract.OrgParams,
    body: contract.OrgVersion,
    answer: contract.Org,
    handle: (ctx, { params, body }) => orgs.closeOrg(ctx, params.id, body.version),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/orgs/:id/reopen',
    needs: 'orgs.move',
    summary: 'Opens a closed one again',
    params: contract.OrgParams,
    body: contract.OrgVersion,
    answer: contract.Org,
    handle: (ctx, { params, body }) => orgs.reopenOrg(ctx, params.id, body.version),
  })
}
