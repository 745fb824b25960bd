import type { FastifyInstance } from 'fastify'
import { endpoint } from '../../platform/http/endpoint.ts'
import * as wire from './contract.ts'
import {
  customerThings,
  customerTimeline,
  customerTrend,
  getCustomer,
  listCustomers,
  revealCustomer,
} from './customers.ts'

export function customersRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/customers',
    needs: 'customers.read',
    summary: 'Customers of the scope; with `q` those whom this number or value names',
    query: wire.CustomerQuery,
    answer: wire.CustomerPage,
    handle: (ctx, { query }) => listCustomers(ctx, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/customers/:id',
    needs: 'customers.read',
    summary: 'All that is known of one customer, personal values masked',
    params: wire.CustomerParams,
    answer: wire.CustomerDetail,
    handle: (ctx, { params }) => getCustomer(ctx, params.id),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/customers/:id/timeline',
    needs: 'customers.read',
    summary: 'What happened to the customer, newest first',
    params: wire.CustomerParams,
    query: wire.TimelineQuery,
    answer: wire.TimelinePage,
    handle: (ctx, { params, query }) => customerTimeline(ctx, params.id, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/customers/:id/trend',
    needs: 'customers.read',
    summary: 'How an amount or a number of the customer changed, day by day',
    params: wire.CustomerParams,
    query: wire.TrendQuery,
    answer: wire.Trend,
    handle: (ctx, { params, query }) => customerTrend(ctx, params.id, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/customers/:id/things',
    needs: 'customers.read',
    summary: 'What the customer has: holdings, orders, transactions and whatever else the bank relates to customers',
    params: wire.CustomerParams,
    query: wire.ThingsQuery,
    answer: wire.Things,
    handle: (ctx, { params, query }) => customerThings(ctx, params.id, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/customers/:id/reveal',
    needs: 'privacy.reveal',
    summary: 'Personal attributes in clear; each view is an audit entry',
    params: wire.CustomerParams,
    body: wire.RevealRequest,
    answer: wire.Revealed,
    perMinute: 60,
    handle: (ctx, { params, body }) => revealCustomer(ctx, params.id, body),
  })
}
