/** The pages that the navigation offers, and the letter that goes there after `g`. */
export const PAGES = [
  { path: 'overview', title: 'Overview', key: 'o' },
  { path: 'strategies', title: 'Strategies', key: 's' },
  { path: 'backtests', title: 'Backtests', key: 'b' },
  { path: 'rollouts', title: 'Rollouts', key: 'l' },
  { path: 'risk', title: 'Risk', key: 'r' },
  { path: 'providers', title: 'Providers', key: 'p' },
  { path: 'audit', title: 'Audit', key: 'a' },
] as const
