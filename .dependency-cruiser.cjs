/** The architecture, as rules. Explained in docs/architecture.md. */
const ours = '^(gateway|platform|console|firmware-sim|docs)/'
const within = (name, from, ...to) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: ours, pathNot: to },
})
const contract = '^platform/src/contract/'
const domain = '^platform/src/domain/'
const mqtt = '^platform/src/mqtt/'
const protocol = '^gateway/src/protocol/'
const pure = '^(gateway/src/(core|protocol|areas)|platform/src/(contract|domain|mqtt))/'

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['/testing/', '\\.config\\.ts$', '\\.d\\.ts$', 'main\\.ts$', 'worker\\.ts$'] },
      to: {},
    },
    within('platform-stands-alone', '^platform/', '^platform/'),
    within('contract-is-pure', contract, contract, domain),
    within('domain-is-pure', domain, domain),
    within('mqtt-is-pure', mqtt, mqtt),
    within('gateway-sees-public-subpaths', '^gateway/', '^gateway/', contract, domain, mqtt),
    within('protocol-is-pure', protocol, protocol),
    within(
      'core-knows-no-edges',
      '^gateway/src/core/',
      '^gateway/src/core/',
      protocol,
      contract,
      domain,
      '^gateway/src/errors\\.ts$',
    ),
    within(
      'areas-know-meaning-only',
      '^gateway/src/areas/',
      '^gateway/src/areas/',
      '^gateway/src/core/',
      contract,
      domain,
      '^gateway/src/errors\\.ts$',
    ),
    within(
      'drivers-know-core-only',
      '^gateway/src/drivers/',
      '^gateway/src/(drivers|core|protocol)/',
      contract,
      '^gateway/src/errors\\.ts$',
    ),
    within(
      'adapters-know-core-only',
      '^gateway/src/adapters/',
      '^gateway/src/(adapters|core|protocol)/',
      contract,
      domain,
      mqtt,
      '^gateway/src/errors\\.ts$',
    ),
    {
      name: 'adapters-do-not-know-each-other',
      severity: 'error',
      from: { path: '^gateway/src/adapters/([^/.]+)' },
      to: { path: '^gateway/src/adapters/', pathNot: '^gateway/src/adapters/$1' },
    },
    {
      name: 'areas-do-not-know-each-other',
      severity: 'error',
      from: { path: '^gateway/src/areas/([^/]+)/' },
      to: { path: '^gateway/src/areas/[^/]+/', pathNot: '^gateway/src/areas/$1/' },
    },
    {
      name: 'modules-know-only-services-of-others',
      severity: 'error',
      from: { path: '^platform/src/modules/([^/]+)/' },
      to: { path: '^platform/src/modules/[^/]+/', pathNot: ['^platform/src/modules/$1/', '\\.service\\.ts$'] },
    },
    within('console-sees-contract-and-domain', '^console/', '^console/', contract, domain),
    {
      name: 'features-do-not-know-each-other',
      severity: 'error',
      from: { path: '^console/src/features/([^/]+)/' },
      to: { path: '^console/src/features/[^/]+/', pathNot: '^console/src/features/$1/' },
    },
    within('firmware-sees-only-the-protocol', '^firmware-sim/src/', '^firmware-sim/', protocol),
    {
      name: 'pure-code-does-no-io',
      severity: 'error',
      from: { path: pure },
      to: { dependencyTypes: ['core', 'npm'], pathNot: 'node_modules/typebox/' },
    },
    {
      name: 'only-main-and-tests-see-composition-roots',
      severity: 'error',
      from: { pathNot: ['main\\.ts$', '/(test|bench)/', '^docs/'] },
      to: { path: '^(gateway/src/gateway|platform/src/platform)\\.ts$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(\\.test\\.ts$|/dist/)' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
