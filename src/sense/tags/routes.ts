import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { endpoint } from '../../platform/http/endpoint.ts'
import {
  CheckedText,
  Completed,
  Completing,
  Estimate,
  Estimating,
  Schema,
  Values,
  ValuesQuery,
} from '../eql/contract.ts'
import * as wire from './contract.ts'
import * as tags from './tags.ts'

export function tagsRoutes(app: FastifyInstance): void {
  tagRoutes(app)
  stateRoutes(app)
  writingRoutes(app)
  valueRoutes(app)
}

function tagRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/tags',
    needs: 'tags.tag.read',
    summary: 'Tags; the retired only when asked for',
    query: wire.TagQuery,
    answer: wire.TagPage,
    handle: (ctx, { query }) => tags.listTags(ctx, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/tags/folders',
    needs: 'tags.tag.read',
    summary: 'Folders that hold tags',
    answer: wire.Folders,
    handle: (ctx) => tags.listFolders(ctx),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/tags',
    needs: 'tags.tag.edit',
    summary: 'A new tag, as a draft',
    body: wire.NewTag,
    answer: wire.TagDetail,
    handle: (ctx, { body }) => tags.createTag(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/tags/:id',
    needs: 'tags.tag.read',
    summary: 'A tag with its versions, computations and uses',
    params: wire.TagParams,
    answer: wire.TagDetail,
    handle: (ctx, { params }) => tags.getTag(ctx, params.id),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/tags/:id',
    needs: 'tags.tag.edit',
    summary: 'Changes the draft, the words or the schedule; versions stay as they are',
    params: wire.TagParams,
    body: wire.TagEdit,
    answer: wire.TagDetail,
    handle: (ctx, { params, body }) => tags.editTag(ctx, params.id, body),
  })
}

function stateRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'POST',
    url: '/api/tags/:id/publish',
    needs: 'tags.tag.publish',
    summary: 'The draft becomes the next version, and is computed at once',
    params: wire.TagParams,
    body: wire.Publish,
    answer: wire.TagDetail,
    handle: (ctx, { params, body }) => tags.publishTag(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/tags/:id/compute',
    needs: 'tags.tag.publish',
    summary: 'Computes now, in the background',
    params: wire.TagParams,
    answer: wire.TagDetail,
    handle: (ctx, { params }) => tags.refreshTag(ctx, params.id),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/tags/:id/turn',
    needs: 'tags.tag.publish',
    summary: 'Pauses, resumes or retires',
    params: wire.TagParams,
    body: wire.Turn,
    answer: wire.TagDetail,
    handle: (ctx, { params, body }) => tags.turnTag(ctx, params.id, body),
  })
}

/** A condition, as cases and filters have it, or a value. */
const writers = ['condition', 'value'] as const

function writingRoutes(app: FastifyInstance): void {
  for (const want of writers) {
    endpoint(app, {
      method: 'POST',
      url: `/api/tags/${want}/check`,
      needs: 'tags.tag.read',
      summary: `What is wrong with a ${want}, and what it says in words`,
      body: Type.Pick(Completing, ['text']),
      answer: CheckedText,
      handle: (ctx, { body }) => tags.checkText(ctx, body.text, want),
    })
    endpoint(app, {
      method: 'POST',
      url: `/api/tags/${want}/complete`,
      needs: 'tags.tag.read',
      summary: `What may stand at a place of a ${want}`,
      body: Completing,
      answer: Completed,
      handle: async (ctx, { body }) => ({ items: await tags.completeText(ctx, body.text, body.offset) }),
    })
  }
  endpoint(app, {
    method: 'POST',
    url: '/api/tags/condition/estimate',
    needs: 'tags.tag.read',
    summary: 'How many a condition would find now; stops when the caller leaves',
    body: Estimating,
    answer: Estimate,
    handle(ctx, { body, reply }) {
      const left = new AbortController()
      reply.raw.once('close', () => left.abort())
      return tags.estimateText(ctx, body, left.signal)
    },
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/tags/condition/schema',
    needs: 'tags.tag.read',
    summary: 'What definitions may speak of: attributes, events with their properties, tags',
    answer: Schema,
    handle: (ctx) => tags.conditionSchema(ctx),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/tags/condition/values',
    needs: 'tags.tag.read',
    summary: 'Frequent values of a field, never of a personal one',
    query: ValuesQuery,
    answer: Values,
    handle: (ctx, { query }) => tags.valuesOf(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/tags/preview',
    needs: 'tags.tag.read',
    summary: 'What a definition would give now, of a sample; stops when the caller leaves',
    body: wire.Previewing,
    answer: wire.Preview,
    handle(ctx, { body, reply }) {
      const left = new AbortController()
      reply.raw.once('close', () => left.abort())
      return tags.previewTag(ctx, body, left.signal)
    },
  })
}

function valueRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/tags/:id/holders',
    needs: 'tags.tag.read',
    summary: 'Customers who have the tag, by their numbers, masked',
    params: wire.TagParams,
    query: wire.HoldersQuery,
    answer: wire.Holders,
    handle: (ctx, { params, query }) => tags.listHolders(ctx, params.id, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/tags/:id/values',
    needs: 'tags.value.write',
    summary: 'Gives values to customers: of a model, or of another system',
    params: wire.TagParams,
    body: wire.Giving,
    answer: wire.Given,
    bodyLimit: 4 * 1024 * 1024,
    handle: (ctx, { params, body }) => tags.giveValues(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/tags/:id/upload',
    needs: 'tags.value.write',
    summary: 'Values out of a list: a line a customer, CSV',
    params: wire.TagParams,
    body: wire.Upload,
    answer: wire.Given,
    bodyLimit: 24 * 1024 * 1024,
    handle: (ctx, { params, body }) => tags.uploadValues(ctx, params.id, body.kind, body.sheet),
  })
}
