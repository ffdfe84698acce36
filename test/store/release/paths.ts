/** What a fixture of a release says that its gateway has answered. */
export const ANSWERS = 'answers.json'

const INSTANCES = ['long-runner', 'two-accounts.and-a-long-name-of-its-own', 'dry']

export const PATHS = [
  '/strategies/registry',
  '/strategy/instances',
  '/providers',
  '/risk/limits',
  '/audit?limit=500',
  ...INSTANCES.flatMap((id) =>
    ['', '/orders?limit=500', '/executions?limit=500', '/balances', '/logs?limit=500'].map(
      (part) => `/strategy/instances/${id}${part}`,
    ),
  ),
]
