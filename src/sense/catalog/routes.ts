import type { FastifyInstance } from 'fastify'
import { endpoint } from '../../platform/http/endpoint.ts'
import { PageQuery } from '../../platform/page.ts'
import * as catalog from './catalog.ts'
import * as wire from './contract.ts'

export function catalogRoutes(app: FastifyInstance): void {
  sourceRoutes(app)
  eventRoutes(app)
  propertyRoutes(app)
  sheetRoutes(app)
  entityRoutes(app)
  attributeRoutes(app)
  lineageRoutes(app)
  catalog.openVirtual(app)
}

function sourceRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/sources',
    needs: 'catalog.source.read',
    summary: 'Data sources of the scope',
    query: wire.SourceQuery,
    answer: wire.SourcePage,
    handle: (ctx, { query }) => catalog.listSources(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/sources',
    needs: 'catalog.source.edit',
    summary: 'Makes a source with a write key of its own',
    body: wire.NewSource,
    answer: wire.SourceRow,
    handle: (ctx, { body }) => catalog.createSource(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/sources/:id',
    needs: 'catalog.source.read',
    summary: 'One source',
    params: wire.SourceParams,
    answer: wire.SourceRow,
    handle: (ctx, { params }) => catalog.getSource(ctx, params.id),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/catalog/sources/:id',
    needs: 'catalog.source.edit',
    summary: 'Changes a source',
    params: wire.SourceParams,
    body: wire.SourceEdit,
    answer: wire.SourceRow,
    handle: (ctx, { params, body }) => catalog.editSource(ctx, params.id, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/sources/:id/rotate',
    needs: 'catalog.source.edit',
    summary: 'A new write key; the old one stops at once',
    params: wire.SourceParams,
    body: wire.SourceVersion,
    answer: wire.SourceRow,
    handle: (ctx, { params, body }) => catalog.rotateWriteKey(ctx, params.id, body.version),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/sources/:id/switch',
    needs: 'catalog.source.edit',
    summary: 'Switches a source on or off',
    params: wire.SourceParams,
    body: wire.SourceSwitch,
    answer: wire.SourceRow,
    handle: (ctx, { params, body }) => catalog.switchSource(ctx, params.id, body),
  })
}

function eventRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/events',
    needs: 'catalog.plan.read',
    summary: 'Events of the tracking plan, the discovered ones too',
    query: wire.EventQuery,
    answer: wire.EventPage,
    handle: (ctx, { query }) => catalog.listEvents(ctx, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/events',
    needs: 'catalog.plan.edit',
    summary: 'Adds an event to the plan',
    body: wire.NewEvent,
    answer: wire.EventDetail,
    handle: (ctx, { body }) => catalog.createEvent(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/events/one',
    needs: 'catalog.plan.read',
    summary: 'An event with its properties',
    query: wire.NameQuery,
    answer: wire.EventDetail,
    handle: (ctx, { query }) => catalog.getEvent(ctx, query.name),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/catalog/events/one',
    needs: 'catalog.plan.edit',
    summary: 'Changes an event',
    body: wire.EventEdit,
    answer: wire.EventDetail,
    handle: (ctx, { body }) => catalog.editEvent(ctx, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/events/decide',
    needs: 'catalog.plan.edit',
    summary: 'Accepts or ignores discovered events',
    body: wire.Decision,
    answer: wire.Decided,
    handle: (ctx, { body }) => catalog.decideEvents(ctx, body),
  })
}

function propertyRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/properties/common',
    needs: 'catalog.plan.read',
    summary: 'The properties that any event may carry',
    answer: wire.PropertyList,
    handle: async (ctx) => ({ items: await catalog.listCommonProperties(ctx) }),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/properties',
    needs: 'catalog.plan.edit',
    summary: 'Adds a property to an event, or to all of them',
    body: wire.NewProperty,
    answer: wire.Property,
    handle: (ctx, { body }) => catalog.createProperty(ctx, body),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/catalog/properties',
    needs: 'catalog.plan.edit',
    summary: 'Changes a property',
    body: wire.PropertyEdit,
    answer: wire.Property,
    handle: (ctx, { body }) => catalog.editProperty(ctx, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/properties/decide',
    needs: 'catalog.plan.edit',
    summary: 'Accepts or ignores discovered properties of an event',
    body: wire.PropertyDecision,
    answer: wire.Decided,
    handle: (ctx, { body }) => catalog.decideProperties(ctx, body),
  })
  promotionRoutes(app)
}

function promotionRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/properties/promoted',
    needs: 'catalog.plan.read',
    summary: 'Properties that have a column of their own',
    answer: wire.PromotedList,
    handle: async (ctx) => ({ items: await catalog.listPromoted(ctx) }),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/properties/promote',
    needs: 'catalog.plan.edit',
    summary: 'Gives a property a column of its own, in the background',
    body: wire.Promotion,
    answer: wire.Promoted,
    handle: (ctx, { body }) => catalog.promoteProperty(ctx, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/properties/demote',
    needs: 'catalog.plan.edit',
    summary: 'Takes the column of a property away; its values stay',
    body: wire.Demotion,
    answer: wire.Promoted,
    handle: (ctx, { body }) => catalog.demoteProperty(ctx, body.name),
  })
}

function sheetRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/plan/export',
    needs: 'catalog.plan.read',
    summary: 'The plan as CSV',
    async handle(ctx, { reply }) {
      const csv = await catalog.exportPlan(ctx)
      reply.header('content-disposition', 'attachment; filename="tracking-plan.csv"')
      await reply.type('text/csv; charset=utf-8').send(csv)
    },
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/plan/import',
    needs: 'catalog.plan.edit',
    summary: 'Adds and changes the events and properties of a CSV file',
    body: wire.PlanCsv,
    bodyLimit: 10 * 1024 * 1024,
    answer: wire.PlanImported,
    handle: (ctx, { body }) => catalog.importPlan(ctx, body.csv),
  })
}

function entityRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/entities',
    needs: 'catalog.entity.read',
    summary: 'The types of things, and how they are related',
    answer: wire.EntityModel,
    handle: (ctx) => catalog.entityModel(ctx),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/entities',
    needs: 'catalog.entity.edit',
    summary: 'Adds a type',
    body: wire.NewEntity,
    answer: wire.EntityDetail,
    handle: (ctx, { body }) => catalog.createEntity(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/entities/:type',
    needs: 'catalog.entity.read',
    summary: 'A type with its attributes and relations',
    params: wire.EntityParams,
    answer: wire.EntityDetail,
    handle: (ctx, { params }) => catalog.getEntity(ctx, params.type),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/catalog/entities/:type',
    needs: 'catalog.entity.edit',
    summary: 'Changes a type',
    params: wire.EntityParams,
    body: wire.EntityEdit,
    answer: wire.EntityDetail,
    handle: (ctx, { params, body }) => catalog.editEntity(ctx, params.type, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/entities/:type/unfit',
    needs: 'catalog.entity.read',
    summary: 'How many rows have a value that is not of the type of its attribute: questions read nothing there',
    params: wire.EntityParams,
    answer: wire.Unfit,
    handle: (ctx, { params }) => catalog.unfitValues(ctx, params.type),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/entities/:type/items',
    needs: 'catalog.entity.read',
    summary: 'The things of a type',
    params: wire.EntityParams,
    query: PageQuery,
    answer: wire.ItemPage,
    handle: (ctx, { params, query }) => catalog.listItems(ctx, params.type, query),
  })
}

function attributeRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/entities/:type/attributes',
    needs: 'catalog.entity.edit',
    summary: 'Adds an attribute',
    params: wire.EntityParams,
    body: wire.NewAttribute,
    answer: wire.Attribute,
    handle: (ctx, { params, body }) => catalog.createAttribute(ctx, params.type, body),
  })
  endpoint(app, {
    method: 'PATCH',
    url: '/api/catalog/entities/:type/attributes',
    needs: 'catalog.entity.edit',
    summary: 'Changes an attribute, or decides a proposed one',
    params: wire.EntityParams,
    body: wire.AttributeEdit,
    answer: wire.Attribute,
    handle: (ctx, { params, body }) => catalog.editAttribute(ctx, params.type, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/catalog/entities/:type/relations',
    needs: 'catalog.entity.edit',
    summary: 'Adds a relation to another type',
    params: wire.EntityParams,
    body: wire.NewRelation,
    answer: wire.EntityDetail,
    handle: (ctx, { params, body }) => catalog.createRelation(ctx, params.type, body),
  })
  endpoint(app, {
    method: 'DELETE',
    url: '/api/catalog/entities/:type/relations/:name',
    needs: 'catalog.entity.edit',
    summary: 'Removes a relation',
    params: wire.RelationParams,
    handle: (ctx, { params }) => catalog.removeRelation(ctx, params.type, params.name),
  })
}

function lineageRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/catalog/lineage',
    needs: 'catalog.plan.read',
    summary: 'What a thing is made of and what is made of it; names are told to those who may see them',
    query: wire.NodeRef,
    answer: wire.Lineage,
    handle: (ctx, { query }) => catalog.lineageOf(ctx, query),
  })
}
