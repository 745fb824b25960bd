import type { FastifyInstance } from 'fastify'
import { endpoint } from '../../platform/http/endpoint.ts'
import { PageQuery } from '../../platform/page.ts'
import * as wire from './contract.ts'
import * as system from './system.ts'

export function systemRoutes(app: FastifyInstance, sources: system.HealthSources): void {
  codeRoutes(app)
  codeVersionRoutes(app)
  parameterRoutes(app)
  jobRoutes(app)
  endpoint(app, {
    method: 'GET',
    url: '/api/system/health',
    needs: 'system.health.read',
    summary: 'How the engines, the disk, the audit and the jobs stand',
    answer: wire.Health,
    handle: (ctx) => system.systemHealth(ctx, sources),
  })
}

/** A list of twenty thousand values. */
const manyValues = 8 * 1024 * 1024

function codeRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/system/codes',
    needs: 'system.code.read',
    summary: 'Sets of code values',
    query: PageQuery,
    answer: wire.CodeSetPage,
    handle: (ctx, { query }) => system.listCodeSets(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/system/codes',
    needs: 'system.code.edit',
    summary: 'Makes a set, without values yet',
    body: wire.NewCodeSet,
    answer: wire.CodeSetDetail,
    handle: (ctx, { body }) => system.createCodeSet(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/system/codes/:set',
    needs: 'system.code.read',
    summary: 'A set with its published values and its draft',
    params: wire.SetParams,
    answer: wire.CodeSetDetail,
    handle: (ctx, { params }) => system.getCodeSet(ctx, params.set),
  })
  endpoint(app, {
    method: 'PUT',
    url: '/api/system/codes/:set/draft',
    needs: 'system.code.edit',
    summary: 'Replaces the draft',
    params: wire.SetParams,
    body: wire.SaveDraft,
    bodyLimit: manyValues,
    answer: wire.CodeSetDetail,
    handle: (ctx, { params, body }) => system.saveCodeDraft(ctx, params.set, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/system/codes/:set/discard',
    needs: 'system.code.edit',
    summary: 'Throws the draft away',
    params: wire.SetParams,
    body: wire.DiscardDraft,
    answer: wire.CodeSetDetail,
    handle: (ctx, { params, body }) => system.discardCodeDraft(ctx, params.set, body.revision),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/system/codes/:set/publish',
    needs: 'system.code.publish',
    summary: 'Makes the draft the next version',
    params: wire.SetParams,
    body: wire.PublishDraft,
    answer: wire.CodeSetDetail,
    handle: (ctx, { params, body }) => system.publishCodes(ctx, params.set, body),
  })
}

function codeVersionRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/system/codes/:set/versions',
    needs: 'system.code.read',
    summary: 'The published versions, newest first',
    params: wire.SetParams,
    answer: wire.CodeVersions,
    handle: async (ctx, { params }) => ({ items: await system.listCodeVersions(ctx, params.set) }),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/system/codes/:set/compare',
    needs: 'system.code.read',
    summary: 'What changed from one version to another',
    params: wire.SetParams,
    query: wire.CompareQuery,
    answer: wire.CodeDiff,
    handle: (ctx, { params, query }) => system.compareCodes(ctx, params.set, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/system/codes/:set/export',
    needs: 'system.code.read',
    summary: 'A version as CSV',
    params: wire.SetParams,
    query: wire.VersionQuery,
    async handle(ctx, { params, query, reply }) {
      const csv = await system.exportCodes(ctx, params.set, query.version)
      reply.header('content-disposition', `attachment; filename="${params.set.replace(/\W/g, '_')}.csv"`)
      await reply.type('text/csv; charset=utf-8').send(csv)
    },
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/system/codes/:set/import',
    needs: 'system.code.edit',
    summary: 'Reads CSV into the draft',
    params: wire.SetParams,
    body: wire.ImportCsv,
    bodyLimit: manyValues,
    answer: wire.CodeSetDetail,
    handle: (ctx, { params, body }) => system.importCodes(ctx, params.set, body),
  })
}

function parameterRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/system/parameters',
    needs: 'system.parameter.read',
    summary: 'All parameters with the values in force',
    answer: wire.ParameterList,
    handle: async (ctx) => ({ items: await system.listParameters(ctx) }),
  })
  endpoint(app, {
    method: 'PUT',
    url: '/api/system/parameters/:name',
    needs: 'system.parameter.edit',
    summary: 'Sets a parameter, at once',
    params: wire.ParameterParams,
    body: wire.SetParameter,
    answer: wire.Parameter,
    handle: (ctx, { params, body }) => system.setParameter(ctx, params.name, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/system/parameters/:name/reset',
    needs: 'system.parameter.edit',
    summary: 'Back to the default',
    params: wire.ParameterParams,
    body: wire.ResetParameter,
    answer: wire.Parameter,
    handle: (ctx, { params, body }) => system.resetParameter(ctx, params.name, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/system/parameters/:name/history',
    needs: 'system.parameter.read',
    summary: 'All changes of a parameter, newest first',
    params: wire.ParameterParams,
    answer: wire.ParameterHistory,
    handle: async (ctx, { params }) => ({ items: await system.parameterHistory(ctx, params.name) }),
  })
}

function jobRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/system/jobs',
    needs: 'system.job.read',
    summary: 'The job queue',
    query: wire.JobQuery,
    answer: wire.JobPage,
    handle: (ctx, { query }) => system.listQueue(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/system/jobs/:id/retry',
    needs: 'system.job.manage',
    summary: 'Gives a job all its attempts again, from now on',
    params: wire.JobParams,
    async handle(ctx, { params }) {
      await system.retryQueued(ctx, params.id)
    },
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/system/jobs/:id/remove',
    needs: 'system.job.manage',
    summary: 'Takes a job that is not running out of the queue',
    params: wire.JobParams,
    async handle(ctx, { params }) {
      await system.removeQueued(ctx, params.id)
    },
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/system/crons',
    needs: 'system.job.read',
    summary: 'Recurring jobs and when they are due',
    answer: wire.CronList,
    handle: async (ctx) => ({ items: await system.listRecurring(ctx) }),
  })
}
