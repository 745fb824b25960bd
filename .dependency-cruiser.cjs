// The shape of the house: who may import whom. `npm run check` holds it, src/architecture.test.ts proves each rule
// by breaking it. A rule that makes the code worse in one place is wrong there: change it here and say why beside it.

const { order } = require('./scripts/check/order.cjs')

const phases = Object.keys(order)
const capabilityPhases = phases.filter((phase) => order[phase].length > 0)
const anyOf = (names) => `(?:${names.join('|')})`

const capability = `^src/(${capabilityPhases.join('|')})/([^/]+)/`
const face = `^src/${anyOf(capabilityPhases)}/([^/]+)/\\1[.]ts$`
const contract = `^src/${anyOf(capabilityPhases)}/[^/]+/contract[.]ts$`
const screen = `^src/${anyOf(capabilityPhases)}/[^/]+/ui/`
const test = '[.]test[.]tsx?$|[/-]testing(?:/|[.]ts$)'
/** A capability that is called `rules` has a face of that name, which is no rule. */
const rulesFace = `^src/${anyOf(capabilityPhases)}/rules/rules[.]ts$`
const library = 'node_modules'
/** Words and arithmetic that mean the same in the browser, in a rule and on the server. */
const pure = '^src/platform/(?:csv|ids|money|problem|reads)[.]ts$|^src/platform/time(?:/|[.]ts$)'

/** Product code: what runs at a bank, unlike tests and tools. */
const product = { path: '^src/', pathNot: test }

const phaseOrder = phases.slice(0, -1).map((phase, i) => ({
  name: `phase-order-${phase}`,
  comment: `${phase} comes before ${phases.slice(i + 1).join(', ')} in the loop and must not import them; what must flow back goes through the event log.`,
  severity: 'error',
  // Screens are put together by the console and may show one another: ui-is-apart rules them.
  from: { path: `^src/${phase}/`, pathNot: `${test}|${screen}` },
  to: { path: `^src/${anyOf(phases.slice(i + 1))}/` },
}))

const capabilityOrder = capabilityPhases.flatMap((phase) =>
  order[phase].slice(0, -1).map((name, i) => ({
    name: `capability-order-${phase}-${name}`,
    comment: `In ${phase}, ${name} comes before ${order[phase].slice(i + 1).join(', ')}: see scripts/check/order.cjs.`,
    severity: 'error',
    from: { path: `^src/${phase}/${name}/`, pathNot: `${test}|${screen}` },
    to: { path: `^src/${phase}/${anyOf(order[phase].slice(i + 1))}/` },
  })),
)

const shape = [
  {
    name: 'no-cycles',
    comment: 'Two files that need each other are one file or want a third; a layout with cycles is no layout.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-unresolved',
    comment: 'An import that leads nowhere fails at run time, on the path that is seldom taken.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'declared-packages',
    comment: 'A package that is not in package.json is there by luck of another one.',
    severity: 'error',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'no-dev-packages-in-product',
    comment: 'What runs at a bank must not need what only developers install.',
    severity: 'error',
    from: product,
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'call-the-face',
    comment:
      'Another capability is called through its face (<capability>.ts) or its contract; the rest is its own affair.',
    severity: 'error',
    from: { path: capability, pathNot: `${test}|${screen}` },
    to: { path: capability, pathNot: `^src/$1/$2/|${face}|${contract}` },
  },
  {
    name: 'top-plugs-in',
    comment:
      'src/*.ts and src/cli put the program together out of faces, contracts, routes and jobs; decisions and SQL stay inside.',
    severity: 'error',
    from: { path: '^src/(?:cli/)?[^/]+$', pathNot: test },
    to: { path: `${capability}|^src/console/`, pathNot: `${face}|${contract}|/(?:routes|jobs)[.]ts$` },
  },
  {
    name: 'top-is-above',
    comment: 'What plugs the program together knows everything, so nothing inside may know it.',
    severity: 'error',
    from: { path: `^src/${anyOf(phases)}/`, pathNot: test },
    to: { path: '^src/(?:cli/)?[^/]+$' },
  },
  {
    name: 'rules-are-pure',
    comment:
      'A rule turns values into values: it can be read and tested without an engine, a clock or a promise. A hash is arithmetic too.',
    severity: 'error',
    from: { path: `${capability}rules(?:[.]ts$|/)`, pathNot: `${test}|${rulesFace}` },
    to: { couldNotResolve: false, pathNot: `^src/$1/$2/rules(?:[.]ts$|/)|${contract}|${pure}|^(?:node:)?crypto$` },
  },
  {
    name: 'contract-is-words',
    comment: 'A contract is also loaded by the browser: schemas and types only.',
    severity: 'error',
    from: { path: contract },
    to: { couldNotResolve: false, pathNot: `${contract}|${pure}|^src/platform/page[.]ts$|${library}/typebox/` },
  },
  {
    name: 'store-is-only-sql',
    comment:
      'Statements know the engine, their own contract and the shapes of their own rules; what to do is decided by the face.',
    severity: 'error',
    from: { path: `${capability}(?:store|facts)[.]ts$` },
    to: { couldNotResolve: false, pathNot: '^src/platform/|^src/$1/$2/contract[.]ts$|^src/$1/$2/rules(/|[.]ts$)' },
  },
  {
    name: 'routes-call-the-face',
    comment: 'A route is a schema, a permission and one call to the face of its capability.',
    severity: 'error',
    from: { path: `${capability}routes[.]ts$` },
    to: { path: '^src/', pathNot: `^src/$1/$2/$2[.]ts$|${contract}|^src/platform/` },
  },
  {
    name: 'ui-is-apart',
    comment:
      'A screen runs in the browser: it knows contracts, other screens and the console, and asks the server the rest. The language of rules is read and written there too: its rules are pure, and a person who writes sees at once.',
    severity: 'error',
    from: { path: '^src/([^/]+)/([^/]+)/ui/', pathNot: test },
    to: { couldNotResolve: false, pathNot: `${screen}|${contract}|^src/console/|${pure}|${library}|^src/$1/$2/rules/` },
  },
  {
    name: 'console-is-apart',
    comment: 'The console runs in the browser: it knows contracts and screens, never what runs on the server.',
    severity: 'error',
    from: { path: '^src/console/', pathNot: `${test}|vite[.]config[.]ts$|^src/console/size[.]ts$` },
    to: { couldNotResolve: false, pathNot: `${screen}|${contract}|^src/console/|${pure}|${library}` },
  },
  {
    name: 'screens-only-in-browser',
    comment: 'Nothing on the server loads a screen.',
    severity: 'error',
    from: { path: '^src/', pathNot: `${test}|${screen}|^src/console/` },
    to: { path: `${screen}|^src/console/` },
  },
  {
    name: 'testing-stays-in-tests',
    comment: 'The testing kit makes superusers and virtual clocks: it has no place in the product.',
    severity: 'error',
    // A file named …-testing.ts is a part of the tests beside it.
    from: { path: '^src/', pathNot: `${test}|-testing[.]ts$|^src/[^/]+/[^/]+/testing/` },
    to: { path: '^src/platform/testing/' },
  },
  {
    name: 'product-without-tools',
    comment: 'The product runs without the scripts, benches, browser tests and the practice bank.',
    severity: 'error',
    from: product,
    to: { path: '^(?:scripts|bench|e2e|demo|sdk)/' },
  },
  {
    name: 'demo-is-outside',
    comment: 'The practice bank speaks to the product through its public doors only, or its proof proves nothing.',
    severity: 'error',
    from: { path: '^demo/' },
    to: { path: '^src/' },
  },
  {
    name: 'sdk-stands-alone',
    comment:
      'What a bank puts into its pages is published by itself and needs nothing: it knows no product and no package.',
    severity: 'error',
    from: { path: '^sdk/', pathNot: test },
    to: { pathNot: '^sdk/' },
  },
  {
    name: 'demo-bank-is-alone',
    comment:
      'The people of the practice bank know neither its doors nor any package: what they do hangs on the seed alone, and nobody can tell them what is measured.',
    severity: 'error',
    from: { path: '^demo/bank/' },
    to: { pathNot: '^demo/bank/', dependencyTypesNot: ['core'] },
  },
]

module.exports = {
  forbidden: [...shape, ...phaseOrder, ...capabilityOrder],
  options: {
    doNotFollow: { path: library },
    exclude: { path: '^dist/' },
    // `import type` counts: a type from the wrong side is a dependency on the wrong side.
    tsPreCompilationDeps: true,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.d.ts'],
    },
  },
}
