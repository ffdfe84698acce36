/** Strategies over recorded market data, asked of the gateway. `/backtests` */
import { Elysia, t } from 'elysia'
import type { BacktestFile } from '../runtime/backtests/folder'
import {
  BACKTEST_STATES,
  Backtest,
  BacktestBody,
  BacktestPage,
  BacktestRemoved,
  BacktestResult,
  ReplayFilePage,
} from '../schema/backtests'
import { words } from '../schema/words'
import { actorOf } from './actor'
import { BODY, failures, SELECTOR, STORAGE } from './failures'
import { boundedPage, pageOf, slice, text } from './queries'
import { reportPolicy } from './report-policy'
import type { Services } from './services'

const BacktestPath = t.Object({
  id: t.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Its id', examples: [17] }),
})

const CHANGE = [...STORAGE, 'invalid_request', 'backtest_not_found'] as const
const READ = ['invalid_request', 'backtest_not_found'] as const
const REVISION = ['revision_drifted', 'revision_missing', 'revision_invalid'] as const

export const backtests = (services: Pick<Services, 'backtests'>) => {
  const file = (id: number, which: BacktestFile, headers: Record<string, string>) =>
    new Response(Bun.file(services.backtests.file(id, which)), {
      // an id is never used again, and one who may no longer read it is not to find it in a cache
      headers: { ...headers, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' },
    })
  return new Elysia({ name: 'http/backtests', tags: ['Backtests'] })
    .get(
      '/backtests',
      ({ query }) => {
        const { items, page } = slice(services.backtests.list(query), pageOf(query))
        return { items, ...pageOf(query), ...page }
      },
      {
        query: t.Object({
          state: t.Optional(words(BACKTEST_STATES, { description: 'Only in this state' })),
          strategy: text('Only of this strategy'),
          ...boundedPage,
        }),
        response: { 200: BacktestPage, ...failures('invalid_request') },
        detail: { operationId: 'listBacktests', summary: 'Backtests that wait, run or are over, newest first' },
      },
    )
    .post(
      '/backtests',
      async ({ body, request, status }) => status(202, await services.backtests.ask(body, actorOf(request))),
      {
        parse: 'json',
        body: BacktestBody,
        response: {
          202: Backtest,
          ...failures(
            ...BODY,
            ...STORAGE,
            ...SELECTOR,
            ...REVISION,
            'invalid_config',
            'invalid_backtest',
            'backtests_full',
          ),
        },
        detail: {
          operationId: 'requestBacktest',
          summary: 'Run a backtest',
          description:
            'It waits for its turn and runs beside the instances, with less right to the machine than they have. The revision is pinned now, and cannot be deleted until it is over.',
        },
      },
    )
    .get(
      '/backtests/data',
      async ({ query }) => {
        const { items, page } = slice(await services.backtests.data(), pageOf(query))
        return { items, ...pageOf(query), ...page, directory: services.backtests.dataDirectory }
      },
      {
        query: t.Object(boundedPage),
        response: { 200: ReplayFilePage, ...failures('invalid_request') },
        detail: { operationId: 'listBacktestData', summary: 'Files that a backtest may name as data' },
      },
    )
    .get('/backtests/:id', ({ params }) => services.backtests.get(params.id), {
      params: BacktestPath,
      response: { 200: Backtest, ...failures(...READ) },
      detail: { operationId: 'getBacktest', summary: 'How far a backtest is, and what came of it' },
    })
    .delete(
      '/backtests/:id',
      async ({ params, request }) => {
        await services.backtests.remove(params.id, actorOf(request))
        return { status: 'removed' as const, id: String(params.id) }
      },
      {
        params: BacktestPath,
        response: { 200: BacktestRemoved, ...failures(...CHANGE) },
        detail: { operationId: 'removeBacktest', summary: 'Remove a backtest with its result; one that runs is ended' },
      },
    )
    .post('/backtests/:id/cancel', ({ params, request }) => services.backtests.cancel(params.id, actorOf(request)), {
      params: BacktestPath,
      response: { 200: Backtest, ...failures(...CHANGE, 'backtest_over') },
      detail: { operationId: 'cancelBacktest', summary: 'End a backtest that waits or runs' },
    })
    .get('/backtests/:id/result', ({ params }) => file(params.id, 'result', { 'content-type': 'application/json' }), {
      params: BacktestPath,
      response: { 200: BacktestResult, ...failures(...READ, 'backtest_without_result') },
      detail: { operationId: 'getBacktestResult', summary: 'The JSON that `meltica backtest --json` writes' },
    })
    .get(
      '/backtests/:id/report',
      ({ params }) =>
        file(params.id, 'report', {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': reportPolicy("'none'"),
          'referrer-policy': 'no-referrer',
        }),
      {
        params: BacktestPath,
        response: {
          200: t.String({ description: 'One HTML page that needs nothing else' }),
          ...failures(...READ, 'backtest_without_result'),
        },
        detail: { operationId: 'getBacktestReport', summary: 'The page that `meltica backtest --report` writes' },
      },
    )
}
