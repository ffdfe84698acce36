/** Who uses which revision, what a refresh did, and who changed what: the answers an operator audits by (contract §2). */
import { type Static, Type } from '@sinclair/typebox'
import { historyOf } from './page'
import { HASHED, ONCE_SELECTED } from './stated'
import { words } from './words'

const hash = `sha256:${'0123456789abcdef'.repeat(4)}`
const time = (description: string) => Type.String({ description, examples: ['2026-01-31T12:00:00.000Z'] })

export const UsageEntry = Type.Object(
  {
    strategy: Type.String({ examples: ['momentum'] }),
    hash: Type.String({ examples: [hash] }),
    instances: Type.Array(Type.String(), { description: 'Ids of the running ones', examples: [['momentum-1']] }),
    count: Type.Integer({ description: 'How many run', examples: [1] }),
    firstSeen: Type.Optional(time('First start of an instance; absent when there was none')),
    lastSeen: Type.Optional(time('Last start or stop of an instance; absent when there was none')),
    running: Type.Boolean({ examples: [true] }),
  },
  { title: 'Usage', description: 'Use of one revision' },
)
export type UsageEntry = Static<typeof UsageEntry>

/** What an instance pins, in the Go gateway's words. */
export const PINNED = {
  strategyIdentifier: Type.String({ description: 'The name of the strategy', examples: ['momentum'] }),
  strategyTag: Type.String({ description: 'The tag of the pinned revision', examples: ['v1.0.0'] }),
  strategyHash: Type.String({ description: 'The pinned revision', examples: [hash] }),
  strategySelector: Type.String({ description: 'As the user wrote it', examples: ['momentum:v1.0.0'] }),
}

export const UsageInstance = Type.Object(
  {
    id: Type.String({ examples: ['momentum-1'] }),
    ...PINNED,
    providers: Type.Array(Type.String(), { examples: [['sim']] }),
    aggregatedSymbols: Type.Array(Type.String(), { examples: [['BTC-USDT']] }),
    running: Type.Boolean(),
    usage: Type.Optional(UsageEntry),
    links: Type.Object({ self: Type.String(), usage: Type.String() }),
  },
  { title: 'UsageInstance', description: 'An instance that pins the revision' },
)
export type UsageInstance = Static<typeof UsageInstance>

export const UsagePage = Type.Object(
  {
    selector: Type.String({ description: 'As asked for', examples: ['momentum:v1.0.0'] }),
    strategy: Type.String({ examples: ['momentum'] }),
    hash: Type.String({ examples: [hash] }),
    usage: UsageEntry,
    instances: Type.Array(UsageInstance),
    total: Type.Integer({ examples: [1] }),
    offset: Type.Integer({ examples: [0] }),
    limit: Type.Integer({ examples: [100] }),
  },
  { title: 'UsagePage', description: 'Use of one revision, with the instances that pin it' },
)
export type UsagePage = Static<typeof UsagePage>

export const RefreshBody = Type.Object(
  {
    hashes: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 400, ...HASHED }), {
        maxItems: 1000,
        description: 'Instances that run these revisions, with or without sha256:',
        examples: [[hash]],
      }),
    ),
    strategies: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 1024, ...ONCE_SELECTED }), {
        maxItems: 1000,
        description: 'Selectors: name stands for every selector of the strategy',
        examples: [['momentum:prod']],
      }),
    ),
  },
  { title: 'RefreshBody', additionalProperties: false, description: 'What to refresh; nothing: everything' },
)
export type RefreshBody = Static<typeof RefreshBody>

export const REFRESH_REASONS = ['refreshed', 'alreadyPinned', 'retired', 'failed'] as const

export const RefreshEntry = Type.Object(
  {
    selector: Type.String({ examples: ['momentum:prod'] }),
    strategy: Type.String({ examples: ['momentum'] }),
    hash: Type.String({ description: 'What it resolves to now; retired: what it was', examples: [hash] }),
    previousHash: Type.String({ description: 'Before this refresh; "" when it was unknown', examples: [hash] }),
    instances: Type.Array(Type.String(), { description: 'All that follow the selector', examples: [['momentum-1']] }),
    reason: words(REFRESH_REASONS, {
      description:
        'refreshed: an instance moved or the catalogue changed; alreadyPinned: every instance runs the hash already; ' +
        'retired: it no longer resolves; failed: the new revision did not start, the old one runs on',
    }),
    failures: Type.Optional(
      Type.Array(Type.Object({ instance: Type.String(), message: Type.String() }), {
        description: 'Instances whose new revision did not start; they run on with the old one',
      }),
    ),
  },
  { title: 'RefreshEntry', description: 'What became of one selector' },
)
export type RefreshEntry = Static<typeof RefreshEntry>

export const RefreshProblem = Type.Object(
  {
    strategy: Type.Optional(Type.String()),
    hash: Type.Optional(Type.String()),
    path: Type.Optional(Type.String({ description: 'Within the strategy home' })),
    problem: Type.String(),
    hint: Type.Optional(Type.String({ description: 'What to do about it' })),
  },
  { title: 'HomeProblem', description: 'A file or entry of the strategy home that is not sound' },
)
export type RefreshProblem = Static<typeof RefreshProblem>

export const RefreshResult = Type.Object(
  {
    status: words(['refreshed', 'partial_refresh'], {
      description: 'partial_refresh: targets were given',
    }),
    results: Type.Array(RefreshEntry),
    problems: Type.Array(RefreshProblem, {
      description: 'What is not sound in the strategy home; it stopped nothing else',
    }),
  },
  { title: 'RefreshResult', description: 'One entry for each selector' },
)
export type RefreshResult = Static<typeof RefreshResult>

export const AUDIT_ACTIONS = [
  'upload',
  'tag_moved',
  'tag_deleted',
  'revision_deleted',
  'refresh',
  'rollout_started',
  'rollout_restored',
  'rollout_advanced',
  'rollout_paused',
  'rollout_resumed',
  'rollout_promoted',
  'rollout_aborted',
  'rollout_finished',
  'instance_created',
  'instance_replaced',
  'instance_started',
  'instance_stopped',
  'instance_moved',
  'instance_failed',
  'instance_removed',
  'instance_flattened',
  'order_placed',
  'provider_created',
  'provider_replaced',
  'provider_started',
  'provider_stopped',
  'provider_removed',
  'risk_limits_set',
  'trading_killed',
  'trading_reduced',
  'trading_resumed',
  'account_liquidated',
  'backtest_requested',
  'backtest_cancelled',
  'backtest_removed',
  'context_restored',
  'history_pruned',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

export const AuditEntry = Type.Object(
  {
    id: Type.Integer({ description: 'Counts up', examples: [17] }),
    when: time('When it was done'),
    who: Type.String({ description: 'Name of the token, else the address', examples: ['ci'] }),
    what: words(AUDIT_ACTIONS),
    subject: Type.String({
      description: 'The selector, instance or provider; risk: all of them',
      examples: ['momentum:prod'],
    }),
    strategy: Type.Optional(Type.String({ examples: ['momentum'] })),
    before: Type.Optional(Type.Unknown({ description: 'Absent for what is new' })),
    after: Type.Optional(Type.Unknown({ description: 'Absent for what is gone' })),
    message: Type.Optional(Type.String({ description: 'What was said of it' })),
  },
  { title: 'AuditEntry', description: 'One change; never altered nor deleted' },
)
export type AuditEntry = Static<typeof AuditEntry>

export const AuditPage = historyOf(AuditEntry, 'AuditPage', 'Changes, newest first')

/** Which entries are asked for; times in ms since 1970, `until` excluded. */
export interface AuditFilter {
  readonly who?: string
  readonly what?: AuditAction
  readonly subject?: string
  readonly strategy?: string
  readonly since?: number
  readonly until?: number
}
