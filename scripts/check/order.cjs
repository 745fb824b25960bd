/**
 * The loop of the business is the order of imports: a later phase may use an earlier one, never the reverse.
 * The loop closes through the event log. Inside a phase the capabilities stand in the same order. A new capability
 * finds its place here; a folder that is not here fails the check.
 *
 * @type {Record<string, string[]>}
 */
exports.order = {
  platform: [],
  govern: ['privacy', 'audit', 'system', 'orgs', 'access', 'approvals', 'risk'],
  sense: [
    'eql',
    'catalog',
    'collect',
    'identity',
    'customers',
    'imports',
    'warehouse',
    'tags',
    'segments',
    'lifecycle',
  ],
  target: ['metrics', 'goals', 'plans'],
  cost: ['budgets', 'allocation'],
  decide: ['contact', 'rules', 'models', 'experiments', 'arbitration', 'recommend'],
  act: [
    'content',
    'channels',
    'messages',
    'worklist',
    'benefits',
    'points',
    'members',
    'products',
    'placements',
    'activities',
    'journeys',
  ],
  feedback: ['analysis', 'effect', 'dashboards', 'monitors'],
  assist: ['copy', 'questions'],
  console: [],
}
