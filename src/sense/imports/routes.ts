import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { endpoint } from '../../platform/http/endpoint.ts'
import * as wire from './contract.ts'
import type { Imports } from './imports.ts'

export function importsRoutes(app: FastifyInstance, imports: Imports): void {
  uploadRoutes(app, imports)
  mappingRoutes(app, imports)
  workRoutes(app, imports)
  badRowRoutes(app, imports)
}

function uploadRoutes(app: FastifyInstance, imports: Imports): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/imports',
    needs: 'imports.read',
    summary: 'Imports, newest first',
    query: wire.ImportQuery,
    answer: wire.ImportPage,
    handle: (ctx, { query }) => imports.list(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/imports',
    needs: 'imports.run',
    summary: 'Begins the upload of a file',
    body: wire.NewImport,
    answer: wire.ImportDetail,
    handle: (ctx, { body }) => imports.create(ctx, body),
  })
  // Bytes as they are, in this part of the server alone.
  void app.register(async (bytes) => {
    bytes.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    endpoint(bytes, {
      method: 'PUT',
      url: '/api/imports/:id/part',
      needs: 'imports.run',
      summary: 'The next part of the file; `received` says where to go on',
      params: wire.ImportParams,
      query: wire.PartQuery,
      bodyLimit: wire.partBytes,
      answer: wire.PartAnswer,
      handle: (ctx, { params, query, request }) =>
        imports.addPart(ctx, params.id, query.offset, Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)),
    })
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/imports/:id/uploaded',
    needs: 'imports.run',
    summary: 'The file is here as a whole: looks at what it is',
    params: wire.ImportParams,
    answer: wire.ImportDetail,
    handle: (ctx, { params }) => imports.finishUpload(ctx, params.id),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/imports/:id',
    needs: 'imports.read',
    summary: 'An import with its mapping, figures and reasons of bad rows',
    params: wire.ImportParams,
    answer: wire.ImportDetail,
    handle: (ctx, { params }) => imports.get(ctx, params.id),
  })
  endpoint(app, {
    method: 'DELETE',
    url: '/api/imports/:id',
    needs: 'imports.run',
    summary: 'Takes the import, its file and its bad rows away; what it brought stays',
    params: wire.ImportParams,
    handle: (ctx, { params }) => imports.remove(ctx, params.id),
  })
}

function mappingRoutes(app: FastifyInstance, imports: Imports): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/imports/choices',
    needs: 'imports.read',
    summary: 'What a column can become',
    answer: wire.Choices,
    handle: (ctx) => imports.choices(ctx),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/imports/:id/preview',
    needs: 'imports.read',
    summary: 'The first rows as understood, what the columns hold, and a mapping to begin with',
    params: wire.ImportParams,
    query: Type.Object(wire.Reading.properties),
    answer: wire.Preview,
    handle: (ctx, { params, query }) => imports.preview(ctx, params.id, query),
  })
  endpoint(app, {
    method: 'PUT',
    url: '/api/imports/:id/mapping',
    needs: 'imports.run',
    summary: 'How the file is read and what its columns become',
    params: wire.ImportParams,
    body: wire.SaveMapping,
    answer: wire.ImportDetail,
    handle: (ctx, { params, body }) => imports.save(ctx, params.id, body),
  })
}

function workRoutes(app: FastifyInstance, imports: Imports): void {
  endpoint(app, {
    method: 'POST',
    url: '/api/imports/:id/check',
    needs: 'imports.run',
    summary: 'Reads the whole file and keeps what is wrong; nothing is imported',
    params: wire.ImportParams,
    answer: wire.ImportDetail,
    handle: (ctx, { params }) => imports.check(ctx, params.id),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/imports/:id/run',
    needs: 'imports.run',
    summary: 'Imports: all rows or none, or the good ones',
    params: wire.ImportParams,
    body: wire.RunImport,
    answer: wire.ImportDetail,
    handle: (ctx, { params, body }) => imports.run(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/imports/:id/cancel',
    needs: 'imports.run',
    summary: 'Stops a check or an import; what was sent stays',
    params: wire.ImportParams,
    answer: wire.ImportDetail,
    handle: (ctx, { params }) => imports.cancel(ctx, params.id),
  })
}

function badRowRoutes(app: FastifyInstance, imports: Imports): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/imports/:id/bad-rows',
    needs: 'imports.read',
    summary: 'Lines and reasons of the rows that could not be understood',
    params: wire.ImportParams,
    query: wire.BadRowQuery,
    answer: wire.BadRowPage,
    handle: (ctx, { params, query }) => imports.badRows(ctx, params.id, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/imports/:id/bad-rows/export',
    needs: 'imports.bad_row.export',
    summary: 'Those rows as CSV, in clear; each download is recorded',
    params: wire.ImportParams,
    async handle(ctx, { params, reply }) {
      const sheet = await imports.exportBadRows(ctx, params.id)
      reply.header('content-disposition', `attachment; filename="${params.id.replace(/\W/g, '_')}-bad-rows.csv"`)
      await reply.type('text/csv; charset=utf-8').send(sheet)
    },
  })
}
