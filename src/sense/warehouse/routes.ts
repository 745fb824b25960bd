import type { FastifyInstance } from 'fastify'
import { endpoint } from '../../platform/http/endpoint.ts'
import { Choices } from '../imports/contract.ts'
import * as wire from './contract.ts'
import type { Warehouse } from './warehouse.ts'

export function warehouseRoutes(app: FastifyInstance, warehouse: Warehouse): void {
  connectionRoutes(app, warehouse)
  connectionActs(app, warehouse)
  mappingRoutes(app, warehouse)
  mappingActs(app, warehouse)
  runRoutes(app, warehouse)
  alertRoutes(app, warehouse)
}

function connectionRoutes(app: FastifyInstance, warehouse: Warehouse): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/warehouse/connections',
    needs: 'warehouse.read',
    summary: 'Connections to systems of the bank; a secret is never given out',
    query: wire.ConnectionQuery,
    answer: wire.ConnectionPage,
    handle: (ctx, { query }) => warehouse.listConnections(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/warehouse/connections',
    needs: 'warehouse.connection.edit',
    summary: 'Makes a connection',
    body: wire.NewConnection,
    answer: wire.Connection,
    handle: (ctx, { body }) => warehouse.createConnection(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/warehouse/connections/:id',
    needs: 'warehouse.read',
    summary: 'One connection',
    params: wire.IdParams,
    answer: wire.Connection,
    handle: (ctx, { params }) => warehouse.getConnection(ctx, params.id),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/warehouse/connections/:id',
    needs: 'warehouse.connection.edit',
    summary: 'Changes a connection; a secret that is left out stays, unless it would go elsewhere',
    params: wire.IdParams,
    body: wire.ConnectionEdit,
    answer: wire.Connection,
    handle: (ctx, { params, body }) => warehouse.editConnection(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'DELETE',
    url: '/api/warehouse/connections/:id',
    needs: 'warehouse.connection.edit',
    summary: 'Removes a connection that no mapping uses',
    params: wire.IdParams,
    handle: (ctx, { params }) => warehouse.removeConnection(ctx, params.id),
  })
}

function connectionActs(app: FastifyInstance, warehouse: Warehouse): void {
  endpoint(app, {
    method: 'POST',
    url: '/api/warehouse/connections/:id/test',
    needs: 'warehouse.connection.edit',
    summary: 'Tries a connection and says at which step it fails',
    perMinute: 30,
    params: wire.IdParams,
    answer: wire.Tested,
    handle: (ctx, { params }) => warehouse.testConnection(ctx, params.id),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/warehouse/connections/:id/tables',
    needs: 'warehouse.mapping.edit',
    summary: 'Tables, or files, that the connection has',
    params: wire.IdParams,
    answer: wire.Tables,
    handle: (ctx, { params }) => warehouse.listTables(ctx, params.id),
  })
}

function mappingRoutes(app: FastifyInstance, warehouse: Warehouse): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/warehouse/mappings',
    needs: 'warehouse.read',
    summary: 'Mappings with their last run and open alerts',
    query: wire.MappingQuery,
    answer: wire.MappingPage,
    handle: (ctx, { query }) => warehouse.listMappings(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/warehouse/mappings',
    needs: 'warehouse.mapping.edit',
    summary: 'Makes a mapping; it is a draft until it is switched on',
    body: wire.NewMapping,
    answer: wire.MappingDetail,
    handle: (ctx, { body }) => warehouse.createMapping(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/warehouse/mappings/:id',
    needs: 'warehouse.read',
    summary: 'A mapping with its definition',
    params: wire.IdParams,
    answer: wire.MappingDetail,
    handle: (ctx, { params }) => warehouse.getMapping(ctx, params.id),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/warehouse/mappings/:id',
    needs: 'warehouse.mapping.edit',
    summary: 'Changes a mapping; a run under way goes on as it began',
    params: wire.IdParams,
    body: wire.MappingEdit,
    answer: wire.MappingDetail,
    handle: (ctx, { params, body }) => warehouse.editMapping(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'DELETE',
    url: '/api/warehouse/mappings/:id',
    needs: 'warehouse.mapping.edit',
    summary: 'Removes a mapping with its runs; what it brought stays',
    params: wire.IdParams,
    handle: (ctx, { params }) => warehouse.removeMapping(ctx, params.id),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/warehouse/mappings/:id/switch',
    needs: 'warehouse.mapping.edit',
    summary: 'Switches its timetable on or off',
    params: wire.IdParams,
    body: wire.MappingSwitch,
    answer: wire.MappingDetail,
    handle: (ctx, { params, body }) => warehouse.switchMapping(ctx, params.id, body),
  })
}

function mappingActs(app: FastifyInstance, warehouse: Warehouse): void {
  endpoint(app, {
    method: 'POST',
    url: '/api/warehouse/look',
    needs: 'warehouse.mapping.edit',
    summary: 'The first rows of a source as they would be read, with the step over it; personal values are masked',
    perMinute: 60,
    body: wire.Look,
    answer: wire.Looked,
    handle: (ctx, { body }) => warehouse.look(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/warehouse/choices',
    needs: 'warehouse.read',
    summary: 'What a column can become',
    answer: Choices,
    handle: (ctx) => warehouse.choices(ctx),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/warehouse/mappings/:id/run',
    needs: 'warehouse.mapping.run',
    summary: 'Begins a run now, or reloads all from scratch',
    params: wire.IdParams,
    body: wire.RunMapping,
    answer: wire.RunDetail,
    handle: (ctx, { params, body }) => warehouse.beginRun(ctx, params.id, body),
  })
}

function runRoutes(app: FastifyInstance, warehouse: Warehouse): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/warehouse/mappings/:id/runs',
    needs: 'warehouse.read',
    summary: 'Runs of a mapping, newest first',
    params: wire.IdParams,
    query: wire.RunQuery,
    answer: wire.RunPage,
    handle: (ctx, { params, query }) => warehouse.listRuns(ctx, params.id, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/warehouse/runs/:id',
    needs: 'warehouse.read',
    summary: 'A run with its checks, log and reasons of bad rows',
    params: wire.IdParams,
    answer: wire.RunDetail,
    handle: (ctx, { params }) => warehouse.getRun(ctx, params.id),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/warehouse/runs/:id/cancel',
    needs: 'warehouse.mapping.run',
    summary: 'Stops a run; what was sent stays, the watermark does not move',
    params: wire.IdParams,
    answer: wire.RunDetail,
    handle: (ctx, { params }) => warehouse.cancelRun(ctx, params.id),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/warehouse/runs/:id/bad-rows',
    needs: 'warehouse.read',
    summary: 'Rows that could not be understood, without their content',
    params: wire.IdParams,
    query: wire.BadRowQuery,
    answer: wire.BadRowPage,
    handle: (ctx, { params, query }) => warehouse.listBadRows(ctx, params.id, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/warehouse/runs/:id/bad-rows/export',
    needs: 'warehouse.bad_row.export',
    summary: 'Those rows as CSV, in clear; each download is recorded',
    params: wire.IdParams,
    async handle(ctx, { params, reply }) {
      const sheet = await warehouse.exportBadRows(ctx, params.id)
      reply.header('content-disposition', `attachment; filename="${params.id.replace(/\W/g, '_')}-bad-rows.csv"`)
      await reply.type('text/csv; charset=utf-8').send(sheet)
    },
  })
}

function alertRoutes(app: FastifyInstance, warehouse: Warehouse): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/warehouse/alerts',
    needs: 'warehouse.read',
    summary: 'What is wrong with data that was read or is late, and what is made of it',
    query: wire.AlertQuery,
    answer: wire.AlertPage,
    handle: (ctx, { query }) => warehouse.listAlerts(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/warehouse/alerts/:id/close',
    needs: 'warehouse.mapping.run',
    summary: 'Closes an alert; found again it is raised again',
    params: wire.IdParams,
    answer: wire.Alert,
    handle: (ctx, { params }) => warehouse.closeAlert(ctx, params.id),
  })
}
