/** Everything a user can do wrong, in one table, and the one class that says so. What we did wrong is an ordinary Error. */

interface FailureKind {
  /** HTTP status of the answer. */
  readonly status: number
  /** The meaning, for the API document. */
  readonly title: string
  /** What to do next. */
  readonly hint: string
}

/** Error codes with status, meaning and hint. The OpenAPI document and the HTTP answers are generated from it. */
export const FAILURES = {
  // The request as such
  malformed_json: { status: 400, title: 'The body is not JSON', hint: 'send a JSON object as UTF-8' },
  invalid_request: {
    status: 400,
    title: 'A field is missing, unknown or of the wrong type',
    hint: 'see /docs for the fields of this call',
  },
  invalid_selector: { status: 400, title: 'Not a selector', hint: 'write name, name:tag or name@sha256:<hex>' },
  invalid_path: { status: 400, title: 'The path is not valid', hint: 'percent-encode it as UTF-8, without NUL' },
  invalid_host: {
    status: 400,
    title: 'The Host header is not one host',
    hint: 'send one Host header: a name or an address, and perhaps a port',
  },
  not_found: { status: 404, title: 'No such path', hint: 'see /docs for all calls' },
  method_not_allowed: { status: 405, title: 'The path does not answer to this method', hint: 'see the Allow header' },
  body_too_large: { status: 413, title: 'The body, or a source in it, is too large', hint: 'send at most 1 MiB' },
  unsupported_media_type: {
    status: 415,
    title: 'The body is not application/json, or encoded',
    hint: 'send Content-Type: application/json, without Content-Encoding',
  },
  request_timeout: {
    status: 408,
    title: 'The body took too long to arrive',
    hint: 'send the body without pauses',
  },
  origin_refused: {
    status: 403,
    title: 'A page of another origin may not change anything, nor call by a name of its own',
    hint: 'call 127.0.0.1 or localhost, or allow the origin with cors in the configuration',
  },
  unauthorized: {
    status: 401,
    title: 'No valid token',
    hint: 'send Authorization: Bearer <token>; the commands take it from MELTICA_TOKEN',
  },
  forbidden: { status: 403, title: 'The token may not do this', hint: 'use a token with a higher role' },
  rate_limited: { status: 429, title: 'Too many requests', hint: 'wait as Retry-After says' },
  internal: { status: 500, title: 'A fault of ours', hint: 'report it with the request id from the log' },
  currency_not_found: {
    status: 404,
    title: 'The instance has no account in this currency',
    hint: 'leave "currency" out, or name one of "currencies" in the answer',
  },
  too_many_streams: {
    status: 503,
    title: 'Too many event streams are open',
    hint: 'close one, or follow several things by one stream of /events',
  },
  not_ready: { status: 503, title: 'The gateway is starting or stopping', hint: 'try again in a moment' },
  storage_unavailable: {
    status: 503,
    title: 'The strategy home cannot be written',
    hint: 'check permissions and the disk of the strategy home',
  },
  storage_full: { status: 507, title: 'The disk is full', hint: 'free space on the disk that the message names' },

  // Catalogue
  strategy_not_found: { status: 404, title: 'No such strategy', hint: 'GET /strategies/modules lists all' },
  tag_not_found: {
    status: 404,
    title: 'The strategy has no such tag',
    hint: 'GET /strategies/modules/{name} lists its tags',
  },
  hash_not_found: {
    status: 404,
    title: 'The strategy has no such revision',
    hint: 'GET /strategies/modules/{name} lists its revisions',
  },
  hash_ambiguous: {
    status: 409,
    title: 'The shortened hash fits several revisions',
    hint: 'write more digits of the hash',
  },
  invalid_name: {
    status: 400,
    title: 'Not a strategy name',
    hint: 'use a-z, 0-9, dot, dash and underscore, at most 128, beginning with a letter or digit',
  },
  invalid_tag: {
    status: 400,
    title: 'Not a tag',
    hint: 'use letters, digits, dot, dash and underscore, at most 128, not beginning with a dot or dash',
  },
  strategy_validation_failed: {
    status: 422,
    title: 'The strategy does not compile or its metadata is wrong',
    hint: 'see diagnostics',
  },
  tag_missing: {
    status: 422,
    title: 'No tag in the body nor in metadata.tag',
    hint: 'add "tag" to the body or to the metadata',
  },
  name_mismatch: {
    status: 422,
    title: 'The name in the body is not metadata.name',
    hint: 'leave "name" out or make both equal',
  },
  tag_conflict: {
    status: 409,
    title: 'The tag names another revision',
    hint: 'list it in reassignTags to move it (latest: promoteLatest), or choose another tag',
  },
  tag_moved_meanwhile: {
    status: 409,
    title: 'The tag names another revision than was expected',
    hint: 'GET /strategies/modules/{name}/tags/{tag}/history tells who moved it; ask again if it is still wanted',
  },
  rollout_running: {
    status: 409,
    title: 'The tag is moving in steps',
    hint: 'POST /rollouts/{name}/promote takes it to its end, POST /rollouts/{name}/abort takes it back',
  },
  rollout_needless: {
    status: 409,
    title: 'The tag names the revision already',
    hint: 'POST /strategies/refresh moves instances that do not run what their tag names',
  },
  rollout_not_found: {
    status: 404,
    title: 'The tag was never moved in steps',
    hint: 'GET /rollouts lists all; PUT the tag with a rollout to begin one',
  },
  rollout_over: {
    status: 409,
    title: 'The rollout was promoted or aborted',
    hint: 'PUT the tag with a rollout to begin another one, or POST its rollback to move it back',
  },
  precondition_failed: {
    status: 412,
    title: 'It has changed since it was read',
    hint: 'read it again, and ask again if it is still wanted',
  },
  tag_protected: { status: 409, title: 'latest can be moved, never deleted', hint: 'PUT the tag with another hash' },
  no_previous_hash: {
    status: 409,
    title: 'The tag named no other revision before',
    hint: 'say where to in "to"; GET /strategies/modules/{name}/tags/{tag}/history lists its moves',
  },
  tag_orphans_revision: {
    status: 409,
    title: 'It is the last selector of its revision',
    hint: 'add ?allowOrphan=true to delete it all the same',
  },
  revision_in_use: {
    status: 409,
    title: 'Instances reference the revision',
    hint: 'stop and remove them, or move them to another revision; GET /strategies/modules/{selector}/usage?includeStopped=true lists them',
  },
  revision_is_latest: { status: 409, title: 'It is latest while other revisions exist', hint: 'move latest first' },
  revision_drifted: {
    status: 409,
    title: 'The file no longer matches its hash',
    hint: 'restore the file, or upload the changed source as a new revision',
  },
  revision_missing: {
    status: 409,
    title: 'The file of the revision is missing or cannot be read',
    hint: 'put the file back into the strategy home, or delete the revision',
  },
  revision_invalid: {
    status: 409,
    title: 'The stored revision does not compile or its metadata is wrong',
    hint: 'upload a corrected revision',
  },

  // Instances, providers, orders
  instance_not_found: { status: 404, title: 'No such instance', hint: 'GET /strategy/instances lists all' },
  instance_exists: {
    status: 409,
    title: 'The instance id is taken',
    hint: 'choose another id, or PUT /strategy/instances/{id}',
  },
  invalid_instance_id: {
    status: 400,
    title: 'Not an instance id',
    hint: 'use letters, digits, dot, dash and underscore, at most 128, beginning with a letter or digit',
  },
  invalid_config: {
    status: 422,
    title: 'The config does not fit the fields of the strategy',
    hint: 'GET /strategies/{name} lists its config fields',
  },
  launch_failed: {
    status: 422,
    title: 'The strategy failed while it was created',
    hint: 'see the message, and the logs of the instance',
  },
  provider_not_found: { status: 404, title: 'No such provider', hint: 'GET /providers lists all' },
  provider_exists: { status: 409, title: 'The provider name is taken', hint: 'choose another name' },
  provider_in_use: { status: 409, title: 'Instances use the provider', hint: 'remove them first' },
  adapter_not_found: { status: 404, title: 'No such adapter', hint: 'GET /adapters lists all' },
  invalid_provider: {
    status: 422,
    title: 'The settings of the provider are wrong',
    hint: 'GET /adapters lists the settings of each adapter',
  },
  symbol_refused: {
    status: 422,
    title: 'The provider does not serve the symbol',
    hint: 'use a symbol of the provider, written as BASE-QUOTE',
  },
  invalid_limits: {
    status: 422,
    title: 'The risk limits contradict themselves',
    hint: 'correct what the message names; docs/risk.md says what each limit means',
  },
  invalid_backup: {
    status: 422,
    title: 'The backup does not fit this gateway',
    hint: 'upload the strategies that it names, give the settings that were left out of it, then restore it again',
  },
  backup_conflict: {
    status: 409,
    title: 'Something else of the same name exists',
    hint: 'remove it, or take it out of the backup',
  },
  prune_running: {
    status: 409,
    title: 'History is being pruned already',
    hint: 'wait until GET /retention says that it is done',
  },
  market_closed: {
    status: 409,
    title: 'Nothing can be traded there now',
    hint: 'start the provider, or wait for its first price; "provider" and "symbol" leave out what cannot be traded',
  },
  order_id_taken: {
    status: 409,
    title: 'Another order was placed under this id',
    hint: 'choose another clientId, or send the same order again to be told what became of it',
  },
  order_refused: {
    status: 422,
    title: 'The order is refused',
    hint: 'GET /strategy/instances/{id}/positions shows what it holds, GET /risk/limits what binds it',
  },

  // Backtests
  backtest_not_found: { status: 404, title: 'No such backtest', hint: 'GET /backtests lists those that are kept' },
  invalid_backtest: {
    status: 422,
    title: 'The backtest cannot be run as asked for',
    hint: 'correct what the message names; docs/backtest.md explains the options, GET /backtests/data lists the files',
  },
  backtests_full: {
    status: 409,
    title: 'Too many backtests are waiting',
    hint: 'wait until one has ended, or cancel one: GET /backtests lists them',
  },
  backtest_without_result: {
    status: 409,
    title: 'The backtest has no result',
    hint: 'GET /backtests/{id} tells how far it is, or why it has failed',
  },
  backtest_over: { status: 409, title: 'The backtest has ended', hint: 'DELETE it to be rid of it' },

  // Command line and files
  token_exists: {
    status: 409,
    title: 'The token name is taken',
    hint: 'choose another name, or revoke that token first',
  },
  token_not_found: { status: 404, title: 'No such token', hint: 'meltica token list shows all' },
  context_exists: {
    status: 409,
    title: 'The context name is taken',
    hint: 'choose another name, or remove that context first with meltica context rm',
  },
  context_not_found: { status: 404, title: 'No such context', hint: 'meltica context ls shows all' },
  usage: { status: 400, title: 'Wrong usage of a command', hint: 'see meltica help' },
  invalid_settings: {
    status: 422,
    title: 'The configuration is wrong',
    hint: 'correct what the message names; meltica help serve lists the settings',
  },
  address_in_use: {
    status: 409,
    title: 'The address is in use',
    hint: 'stop the other program, or choose another address with --listen',
  },
  address_unavailable: {
    status: 409,
    title: 'The address cannot be listened on',
    hint: 'use an address of this machine and a port above 1023, with --listen',
  },
  home_locked: {
    status: 409,
    title: 'Another gateway uses the strategy home',
    hint: 'stop it, or choose another home with --strategies',
  },
  home_unwritable: {
    status: 503,
    title: 'The strategy home cannot be used',
    hint: 'check that the folder exists and may be written',
  },
  data_locked: {
    status: 409,
    title: 'Another gateway uses the data folder',
    hint: 'stop it, or choose another folder with --data',
  },
  data_unwritable: {
    status: 503,
    title: 'The data folder cannot be used',
    hint: 'check that the folder exists and may be written, or choose another with --data',
  },
  data_damaged: {
    status: 503,
    title: 'The database of the data folder is damaged',
    hint: 'put the latest copy of the database in its place',
  },
  inputs_not_kept: {
    status: 404,
    title: 'No inputs of the instance are kept',
    hint: 'they are kept while it runs, for as long as inputs.keepFor and inputs.keepBytes of the configuration say',
  },
  inputs_damaged: {
    status: 503,
    title: 'What is kept of the inputs is damaged',
    hint: 'ask for a later time: what follows the damage may be whole',
  },
  archive_damaged: {
    status: 422,
    title: 'The archive of inputs cannot be read',
    hint: 'download it again, with the program of the gateway that has written it',
  },
  replay_differs: {
    status: 409,
    title: 'The replay has come to something else',
    hint: 'report it with what GET /strategy/instances/{id}/inputs/archive answers',
  },
  data_unreadable: {
    status: 422,
    title: 'The market data cannot be read',
    hint: 'check the path and the format; docs/market-data.md lists the formats',
  },
  data_unrecognised: {
    status: 422,
    title: 'The layout of the market data is unknown',
    hint: 'docs/market-data.md lists the formats that are recognised',
  },
  data_broken: {
    status: 422,
    title: 'A row of the market data is broken',
    hint: 'repair the row, or skip broken rows with --skip-bad-rows',
  },
  file_unwritable: { status: 422, title: 'The file cannot be written', hint: 'check the folder and its permissions' },
  gateway_unreachable: {
    status: 503,
    title: 'No gateway answers',
    hint: 'start one with meltica serve, or say where it is with --context or MELTICA_API',
  },
  unexpected_answer: {
    status: 502,
    title: 'The answer is not one of a gateway',
    hint: 'set MELTICA_API to the address of a gateway of this version',
  },
  file_unreadable: { status: 404, title: 'The file cannot be read', hint: 'check the path' },
} as const satisfies Record<string, FailureKind>

export type FailureCode = keyof typeof FAILURES

/** A refusal that the caller can act on. */
export class Failure extends Error {
  override readonly name = 'Failure'

  /**
   * @param details fields that the HTTP answer carries besides (as `diagnostics`).
   * @param advice in place of the table's hint, where more is known.
   */
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    private readonly advice?: string,
  ) {
    super(message)
  }

  get status(): number {
    return FAILURES[this.code].status
  }

  get hint(): string {
    return this.advice ?? FAILURES[this.code].hint
  }
}
