/** Codes and statuses are what clients branch on: none of them changes by the way. */
import { expect, test } from 'bun:test'
import { FAILURES, Failure, type FailureCode } from '../../src/errors/failure'

const BY_STATUS: Readonly<Record<number, string>> = {
  400: `malformed_json invalid_request invalid_selector invalid_path invalid_host invalid_name invalid_tag
    invalid_instance_id usage`,
  401: 'unauthorized',
  403: 'origin_refused forbidden',
  404: `context_not_found currency_not_found not_found strategy_not_found tag_not_found hash_not_found instance_not_found provider_not_found
    adapter_not_found token_not_found file_unreadable rollout_not_found backtest_not_found
    inputs_not_kept`,
  405: 'method_not_allowed',
  408: 'request_timeout',
  409: `market_closed order_id_taken context_exists hash_ambiguous tag_conflict tag_moved_meanwhile tag_protected no_previous_hash tag_orphans_revision
    revision_in_use revision_is_latest revision_drifted revision_missing revision_invalid instance_exists
    provider_exists provider_in_use backup_conflict prune_running token_exists address_in_use address_unavailable
    home_locked data_locked rollout_running rollout_needless rollout_over backtests_full
    backtest_without_result backtest_over replay_differs`,
  412: 'precondition_failed',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  422: `strategy_validation_failed tag_missing name_mismatch invalid_config launch_failed invalid_provider
    symbol_refused invalid_limits invalid_backup order_refused invalid_settings data_unreadable data_unrecognised
    data_broken file_unwritable invalid_backtest
    archive_damaged`,
  429: 'rate_limited',
  500: 'internal',
  502: 'unexpected_answer',
  503: `not_ready too_many_streams storage_unavailable home_unwritable data_unwritable data_damaged gateway_unreachable
    inputs_damaged`,
  507: 'storage_full',
}

test('each code has its status, and there are no others', () => {
  const expected = Object.entries(BY_STATUS).flatMap(([status, codes]) =>
    codes.split(/\s+/).map((code) => [code, Number(status)] as const),
  )
  const codes = Object.keys(FAILURES) as FailureCode[]
  const actual = codes.map((code) => [code, new Failure(code, 'why').status] as const)
  expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected))
})

test('a failure carries what it was given, and the hint of its code unless more is known', () => {
  const plain = new Failure('tag_protected', 'latest stays')
  expect([plain.name, plain.message, plain.details, plain.hint]).toEqual([
    'Failure',
    'latest stays',
    {},
    FAILURES.tag_protected.hint,
  ])
  const advised = new Failure('tag_protected', 'latest stays', { tag: 'latest' }, 'PUT it')
  expect([advised.details, advised.hint]).toEqual([{ tag: 'latest' }, 'PUT it'])
})
