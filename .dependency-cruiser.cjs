/** Dependencies point one way: what each room of src/ may import besides itself. */
const MAY_IMPORT = {
  errors: [],
  files: ['errors'],
  schema: ['errors'],
  telemetry: ['schema', 'errors'],
  sandbox: ['schema', 'errors'],
  trading: ['schema', 'errors'],
  compiler: ['sandbox', 'schema', 'errors'],
  market: ['schema', 'files', 'errors'],
  store: ['telemetry', 'schema', 'files', 'errors'],
  registry: ['compiler', 'schema', 'files', 'errors'],
  hosts: ['compiler', 'sandbox', 'trading', 'telemetry', 'schema', 'files', 'errors'],
  runtime: ['registry', 'compiler', 'hosts', 'market', 'trading', 'store', 'telemetry', 'schema', 'files', 'errors'],
  backtest: ['registry', 'compiler', 'sandbox', 'market', 'trading', 'schema', 'files', 'errors'],
  http: ['runtime', 'registry', 'market', 'store', 'telemetry', 'schema', 'files', 'errors'],
  config: ['market', 'schema', 'files', 'errors'],
  cli: [
    'config',
    'http',
    'runtime',
    'backtest',
    'registry',
    'compiler',
    'hosts',
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
