import type { FastifyInstance } from 'fastify'
import { endpoint } from '../../platform/http/endpoint.ts'
import { PageQuery } from '../../platform/page.ts'
import * as content from './content.ts'
import * as wire from './contract.ts'

export function contentRoutes(app: FastifyInstance): void {
  templateRoutes(app)
  reviewRoutes(app)
  writingRoutes(app)
  listRoutes(app)
}

function templateRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/content/templates',
    needs: 'content.read',
    summary: 'Templates; the retired only when asked for',
    query: wire.TemplateQuery,
    answer: wire.TemplatePage,
    handle: (ctx, { query }) => content.listTemplates(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/content/templates',
    needs: 'content.edit',
    summary: 'A new template, as a draft',
    body: wire.NewTemplate,
    answer: wire.TemplateDetail,
    handle: (ctx, { body }) => content.createTemplate(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/content/templates/:id',
    needs: 'content.read',
    summary: 'A template with its draft and versions',
    params: wire.TemplateParams,
    answer: wire.TemplateDetail,
    handle: (ctx, { params }) => content.getTemplate(ctx, params.id),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/content/templates/:id',
    needs: 'content.edit',
    summary: 'Changes the draft; what waits for review is taken back when its content changes',
    params: wire.TemplateParams,
    body: wire.TemplateEdit,
    answer: wire.TemplateDetail,
    handle: (ctx, { params, body }) => content.editTemplate(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/content/templates/:id/retire',
    needs: 'content.edit',
    summary: 'Takes it out of use; what is planned with it is no longer sent',
    params: wire.TemplateParams,
    body: wire.Revision,
    answer: wire.TemplateDetail,
    handle: (ctx, { params, body }) => content.retireTemplate(ctx, params.id, body.revision),
  })
}

function reviewRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'POST',
    url: '/api/content/templates/:id/submit',
    needs: 'content.edit',
    summary: 'Hands the draft in for review',
    params: wire.TemplateParams,
    body: wire.Revision,
    answer: wire.TemplateDetail,
    handle: (ctx, { params, body }) => content.submitTemplate(ctx, params.id, body.revision),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/content/templates/:id/withdraw',
    needs: 'content.edit',
    summary: 'Takes back what waits for review',
    params: wire.TemplateParams,
    answer: wire.TemplateDetail,
    handle: (ctx, { params }) => content.withdrawTemplate(ctx, params.id),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/content/reviews',
    needs: 'content.review',
    summary: 'What waits for a decision, the oldest first',
    query: PageQuery,
    answer: wire.WaitingPage,
    handle: (ctx, { query }) => content.listWaiting(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/content/templates/:id/versions/:version/decide',
    needs: 'content.review',
    summary: 'Approves or returns a version, by somebody other than who handed it in',
    params: wire.VersionParams,
    body: wire.Decision,
    answer: wire.TemplateDetail,
    handle: (ctx, { params, body }) => content.decideTemplate(ctx, params, body),
  })
}

function writingRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'POST',
    url: '/api/content/check',
    needs: 'content.read',
    summary: 'What is wrong with a content, and what the lists say to it',
    body: wire.Writing,
    answer: wire.Checked,
    handle: (ctx, { body }) => content.checkWriting(ctx, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/content/preview',
    needs: 'content.read',
    summary: 'As one customer would read it, masked',
    body: wire.Previewing,
    answer: wire.Preview,
    handle: (ctx, { body }) => content.previewFor(ctx, body),
  })
}

function listRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/content/words',
    needs: 'content.read',
    summary: 'Words that may not be said, and notices that must be',
    answer: wire.Lists,
    handle: (ctx) => content.listWords(ctx),
  })
  endpoint(app, {
    method: 'PUT',
    url: '/api/content/words/:id',
    needs: 'content.words.edit',
    summary: 'Changes a list of words; revision 0 makes a new one',
    params: wire.ListParams,
    body: wire.WordsEdit,
    answer: wire.Lists,
    handle: (ctx, { params, body }) => content.saveWords(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'PUT',
    url: '/api/content/notices/:id',
    needs: 'content.words.edit',
    summary: 'Changes a notice that must be said; revision 0 makes a new one',
    params: wire.ListParams,
    body: wire.NoticeEdit,
    answer: wire.Lists,
    handle: (ctx, { params, body }) => content.saveNotice(ctx, params.id, body),
  })
}
