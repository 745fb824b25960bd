import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { endpoint } from '../../platform/http/endpoint.ts'
import * as contact from './contact.ts'
import * as wire from './contract.ts'

export function contactRoutes(app: FastifyInstance): void {
  policyRoutes(app)
  hoursRoutes(app)
  controlRoutes(app)
  listRoutes(app)
  customerRoutes(app)
}

const Done = Type.Object({ ok: Type.Literal(true) })

function policyRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/contact/policy',
    needs: 'contact.policy.read',
    summary: 'What an organisation says of contacts, what holds from above it, and its versions',
    query: wire.OrgQuery,
    answer: wire.Policy,
    handle: (ctx, { query }) => contact.getPolicy(ctx, query.org),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/contact/policy/versions/:version',
    needs: 'contact.policy.read',
    summary: 'A version as it was published',
    params: wire.VersionParams,
    query: wire.OrgQuery,
    answer: wire.PolicyDoc,
    handle: (ctx, { params, query }) => contact.getPolicyVersion(ctx, query.org, params.version),
  })
  endpoint(app, {
    method: 'PUT',
    url: '/api/contact/policy',
    needs: 'contact.policy.publish',
    summary: 'The whole policy of an organisation, as its next version, from a moment on',
    body: wire.PublishPolicy,
    answer: wire.Policy,
    handle: (ctx, { body }) => contact.publishPolicy(ctx, body),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/contact/overview',
    needs: 'contact.policy.read',
    summary: 'What the policy did in the last 24 hours',
    answer: wire.Overview,
    handle: (ctx) => contact.overview(ctx),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/contact/forecast',
    needs: 'contact.policy.read',
    summary: 'What a planned send would lose to the policy, by reason',
    body: wire.ForecastAsk,
    answer: wire.Forecast,
    handle: (ctx, { body }) => contact.forecast(ctx, body),
  })
}

function hoursRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/contact/week',
    needs: 'contact.policy.read',
    summary: 'Seven days of one channel and class: open, or closed by which rule',
    query: wire.WeekQuery,
    answer: wire.Week,
    handle: (ctx, { query }) => contact.weekOf(ctx, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/contact/when',
    needs: 'contact.policy.read',
    summary: 'When a message could go, by the hours alone',
    query: wire.WhenQuery,
    answer: wire.When,
    handle: (ctx, { query }) => contact.whenOpen(ctx, query),
  })
}

function controlRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/contact/control',
    needs: 'contact.policy.read',
    summary: 'The global control group',
    answer: wire.ControlState,
    handle: (ctx) => contact.getControl(ctx),
  })
  endpoint(app, {
    method: 'PUT',
    url: '/api/contact/control',
    needs: 'contact.control.manage',
    summary: 'Its share, and whether it is drawn anew',
    body: wire.SetControl,
    answer: wire.ControlState,
    handle: (ctx, { body }) => contact.setControl(ctx, body),
  })
}

function listRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/contact/lists',
    needs: 'contact.list.read',
    summary: 'Opt-outs, blacklists and dead addresses, masked',
    query: wire.BarQuery,
    answer: wire.BarPage,
    handle: (ctx, { query }) => contact.listBars(ctx, query),
  })
  endpoint(app, {
    method: 'GET',
    url: '/api/contact/lists/counts',
    needs: 'contact.list.read',
    summary: 'How many customers stand on each list',
    answer: wire.BarCounts,
    handle: (ctx) => contact.countListed(ctx),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/contact/lists',
    needs: 'contact.list.edit',
    summary: 'Puts one customer on a list',
    body: wire.NewBar,
    answer: Type.Object({ added: Type.Integer() }),
    handle: (ctx, { body }) => contact.barCustomer(ctx, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/contact/lists/upload',
    needs: 'contact.list.edit',
    summary: 'Puts many on a list: identities, one a line, or the members of a segment',
    body: wire.BarUpload,
    answer: wire.Uploaded,
    handle: (ctx, { body }) => contact.uploadBars(ctx, body),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/contact/lists/end',
    needs: 'contact.list.edit',
    summary: 'Takes entries off their lists; they stay as proof',
    body: wire.EndBars,
    answer: Type.Object({ ended: Type.Integer() }),
    handle: (ctx, { body }) => contact.endListed(ctx, body),
  })
}

function customerRoutes(app: FastifyInstance): void {
  endpoint(app, {
    method: 'GET',
    url: '/api/contact/customers/:customer',
    needs: 'contact.customer.read',
    summary: 'What could be sent to a customer now, why not, what is used up, and what was before',
    params: wire.CustomerParams,
    query: wire.ExplainQuery,
    answer: wire.Explained,
    handle: (ctx, { params, query }) => contact.explainCustomer(ctx, params.customer, query),
  })
  endpoint(app, {
    method: 'POST',
    url: '/api/contact/customers/:customer/consents',
    needs: 'contact.list.edit',
    summary: 'What a customer agreed to, or no longer does',
    params: wire.CustomerParams,
    body: wire.SetConsent,
    answer: Done,
    handle: (ctx, { params, body }) => contact.setConsent(ctx, params.customer, body),
  })
  endpoint(app, {
    method: 'PUT',
    url: '/api/contact/customers/:customer/quiet',
    needs: 'contact.list.edit',
    summary: 'When a customer wants to be left alone',
    params: wire.CustomerParams,
    body: wire.SetPreference,
    answer: Done,
    handle: (ctx, { params, body }) => contact.setPreference(ctx, params.customer, body),
  })
}
