import type { FastifyInstance } from 'fastify'
import { endpoint } from '../../platform/http/endpoint.ts'
import * as eql from '../eql/contract.ts'
import * as wire from './contract.ts'
import * as segments from './segments.ts'

export function segmentsRoutes(app: FastifyInstance): void {
  segmentRoutes(app)
  stateRoutes(app)
  writingRoutes(app)
  choosingRoutes(app)
  memberRoutes(app)
}

function segmentRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/segments',
    needs: 'segments.segment.read',
    summary: 'Segments; the retired only when asked for',
    query: wire.SegmentQuery,
    answer: wire.SegmentPage,
    handle: (ctx, { query }) => segments.listSegments(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/segments',
    needs: 'segments.segment.edit',
    summary: 'A new segment, as a draft',
    body: wire.NewSegment,
    answer: wire.SegmentDetail,
    handle: (ctx, { body }) => segments.createSegment(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/segments/:id',
    needs: 'segments.segment.read',
    summary: 'A segment with its versions, snapshots and uses',
    params: wire.SegmentParams,
    answer: wire.SegmentDetail,
    handle: (ctx, { params }) => segments.getSegment(ctx, params.id),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/segments/:id',
    needs: 'segments.segment.edit',
    summary: 'Changes the draft, the words or the schedule; versions stay as they are',
    params: wire.SegmentParams,
    body: wire.SegmentEdit,
    answer: wire.SegmentDetail,
    handle: (ctx, { params, body }) => segments.editSegment(ctx, params.id, body),
  })
}

function stateRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'POST',
    url: '/api/segments/:id/publish',
    needs: 'segments.segment.publish',
    summary: 'The draft becomes the next version, and is asked at once',
    params: wire.SegmentParams,
    body: wire.Publish,
    answer: wire.SegmentDetail,
    handle: (ctx, { params, body }) => segments.publishSegment(ctx, params.id, body.revision),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/segments/:id/refresh',
    needs: 'segments.segment.publish',
    summary: 'Asks now, in the background',
    params: wire.SegmentParams,
    answer: wire.SegmentDetail,
    handle: (ctx, { params }) => segments.refreshSegment(ctx, params.id),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/segments/:id/updates',
    needs: 'segments.segment.read',
    summary: 'How it keeps up: asked of everyone or of some, how far behind, who came and went by day',
    params: wire.SegmentParams,
    answer: wire.Updates,
    handle: (ctx, { params }) => segments.updatesOf(ctx, params.id),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/segments/:id/turn',
    needs: 'segments.segment.publish',
    summary: 'Pauses, resumes or retires',
    params: wire.SegmentParams,
    body: wire.Turn,
    answer: wire.SegmentDetail,
    handle: (ctx, { params, body }) => segments.turnSegment(ctx, params.id, body),
  })
}

function writingRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'POST',
    url: '/api/segments/rule/check',
    needs: 'segments.segment.read',
    summary: 'What is wrong with a rule, and what it says in words',
    body: eql.Asking,
    answer: eql.CheckedText,
    handle: (ctx, { body }) => segments.checkText(ctx, body.text),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/segments/rule/complete',
    needs: 'segments.segment.read',
    summary: 'What may stand at a place of a rule',
    body: eql.Completing,
    answer: eql.Completed,
    handle: async (ctx, { body }) => ({ items: await segments.completeText(ctx, body.text, body.offset) }),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/segments/rule/estimate',
    needs: 'segments.segment.read',
    summary: 'How many a rule would find now; stops when the caller leaves',
    body: eql.Estimating,
    answer: eql.Estimate,
    handle(ctx, { body, reply }) {
      const left = new AbortController()
      reply.raw.once('close', () => left.abort())
      return segments.estimate(ctx, body, left.signal)
    },
  })
}

function choosingRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/segments/rule/schema',
    needs: 'segments.segment.read',
    summary: 'What rules may speak of',
    answer: eql.Schema,
    handle: (ctx) => segments.ruleSchema(ctx),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/segments/rule/values',
    needs: 'segments.segment.read',
    summary: 'Frequent values of a field, never of a personal one',
    query: eql.ValuesQuery,
    answer: eql.Values,
    handle: (ctx, { query }) => segments.valuesOf(ctx, query),
  })
}

function memberRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/segments/:id/members',
    needs: 'segments.segment.read',
    summary: 'Members at a snapshot, by their numbers, masked',
    params: wire.SegmentParams,
    query: wire.MembersQuery,
    answer: wire.Members,
    handle: (ctx, { params, query }) => segments.membersOf(ctx, params.id, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/segments/:id/compare',
    needs: 'segments.segment.read',
    summary: 'Who came, went and stayed between two snapshots, in numbers',
    params: wire.SegmentParams,
    query: wire.CompareQuery,
    answer: wire.Compared,
    handle: (ctx, { params, query }) => segments.compareSnapshots(ctx, params.id, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/segments/:id/members/export',
    needs: 'segments.member.export',
    summary: 'Members of the last snapshot as CSV, masked; each download is recorded',
    params: wire.SegmentParams,
    async handle(ctx, { params, reply }) {
      const sheet = await segments.exportMembers(ctx, params.id)
      reply.header('content-disposition', `attachment; filename="${params.id.replace(/\W/g, '_')}-members.csv"`)
      await reply.type('text/csv; charset=utf-8').send(sheet)
    },
  })
}
