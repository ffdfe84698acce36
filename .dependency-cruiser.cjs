/** Dependencies point one way: what each room of src/ may import besides itself. */
const MAY_IMPORT = {
  errors: [],
  flow: [],
  files: ['errors'],
  schema: ['errors'],
  telemetry: ['schema', 'errors'],
  sandbox: ['schema', 'errors'],
  trading: ['flow', 'schema', 'errors'],
  protocol: ['sandbox', 'trading', 'schema', 'files', 'errors'],
  'sandbox-host': ['protocol', 'sandbox', 'trading', 'schema', 'errors'],
  compiler: ['sandbox', 'schema', 'errors'],
  bundle: ['compiler', 'sandbox', 'schema', 'files', 'errors'],
  market: ['schema', 'files', 'errors'],
  store: ['telemetry', 'schema', 'files', 'errors'],
  registry: ['compiler', 'telemetry', 'flow', 'schema', 'files', 'errors'],
  hosts: ['protocol', 'sandbox', 'trading', 'telemetry', 'schema', 'files', 'errors'],
  execution: ['hosts', 'protocol', 'market', 'trading', 'store', 'telemetry', 'schema', 'files', 'errors'],
  runtime: [
    'execution',
    'registry',
    'compiler',
    'hosts',
    'protocol',
    'market',
    'trading',
    'store',
    'telemetry',
    'flow',
    'schema',
    'files',
    'errors',
  ],
  looks: [],
  backtest: ['bundle', 'registry', 'compiler', 'looks', 'sandbox', 'market', 'trading', 'schema', 'files', 'errors'],
  http: ['runtime', 'registry', 'market', 'store', 'telemetry', 'flow', 'schema', 'files', 'errors'],
  config: ['market', 'schema', 'files', 'errors'],
  cli: [
    'config',
    'http',
    'runtime',
    'backtest',
    'bundle',
    'registry',
    'compiler',
    'hosts',
    'sandbox-host',
    'protocol',
    'execution',
    'sandbox',
    'market',
    'trading',
    'store',
    'telemetry',
    'schema',
    'files',
    'errors',
  ],
}

/** The rooms of src/trading, each with the rooms that it may look into; all of them see what lies beside the rooms. */
const WITHIN_TRADING = { accounts: [], risk: ['accounts'], exchange: ['accounts'], session: ['accounts', 'risk'] }

/** The rooms of src/runtime, from the bottom up; all of them see what lies beside the rooms. */
const WITHIN_RUNTIME = {
  risk: [],
  activity: ['risk'],
  providers: ['activity', 'risk'],
  instances: ['activity', 'providers', 'risk'],
  operations: ['activity', 'instances', 'providers', 'risk'],
  rollout: ['instances'],
  backup: ['instances', 'operations', 'providers', 'risk'],
}

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...Object.entries(MAY_IMPORT).map(([room, others]) => ({
      name: `${room}-imports-only-what-it-may`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${[room, ...others].join('|')})/` },
    })),
    ...Object.entries(WITHIN_TRADING).map(([room, others]) => ({
      name: `trading-${room}-imports-only-what-it-may`,
      severity: 'error',
      from: { path: `^src/trading/${room}/` },
      to: { path: '^src/trading/[^/]+/', pathNot: `^src/trading/(${[room, ...others].join('|')})/` },
    })),
    ...Object.entries(WITHIN_RUNTIME).map(([room, others]) => ({
      name: `runtime-${room}-imports-only-what-it-may`,
      severity: 'error',
      from: { path: `^src/runtime/${room}/` },
      to: { path: '^src/runtime/[^/]+/', pathNot: `^src/runtime/(${[room, ...others].join('|')})/` },
    })),
    {
      name: 'trading-root-imports-no-room',
      severity: 'error',
      from: { path: '^src/trading/[^/]+$' },
      to: { path: '^src/trading/[^/]+/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
