/** What instances are worth. `/strategy/instances/{id}/positions`, `/strategy/instances/{id}/equity`, `/portfolio` */
import { Elysia, t } from 'elysia'
import { NAMED } from '../schema/stated'
import { words } from '../schema/words'
import { EquityCurve, PORTFOLIO_GROUPS, Portfolio, PositionPage } from '../schema/worth'
import { failures } from './failures'
import { boundedPage, pageOf, text, time, timeMs } from './queries'
import type { Services } from './services'

const InstancePath = t.Object({
  id: t.String({ description: 'The id of the instance', examples: ['momentum-1'], ...NAMED }),
})

const DEFAULT_POINTS = 500

export const worth = (services: Pick<Services, 'worth'>) =>
  new Elysia({ name: 'http/worth', tags: ['Worth'] })
    .get(
      '/strategy/instances/:id/positions',
      ({ params, query }) => services.worth.positions(params.id, pageOf(query)),
      {
        params: InstancePath,
        query: t.Object(boundedPage),
        response: { 200: PositionPage, ...failures('invalid_request', 'instance_not_found') },
        detail: { operationId: 'listPositions', summary: 'Positions of an instance, with what they have brought' },
      },
    )
    .get(
      '/strategy/instances/:id/equity',
      ({ params, query: { currency, from, to, points = DEFAULT_POINTS } }) =>
        services.worth.equity(params.id, {
          ...(currency !== undefined && { currency }),
          ...(from !== undefined && { fromMs: timeMs('from', from) }),
          ...(to !== undefined && { toMs: timeMs('to', to) }),
          points,
        }),
      {
        params: InstancePath,
        query: t.Object({
          from: time('Only points at or after this time, RFC 3339'),
          to: time('Only points up to this time, RFC 3339'),
          points: t.Optional(
            t.Integer({
              minimum: 2,
              maximum: 10_000,
              description: `At most so many points: of each part of the time the lowest and the highest; default ${DEFAULT_POINTS}`,
            }),
          ),
          currency: text('In this currency; default that of its first symbol'),
        }),
        response: { 200: EquityCurve, ...failures('invalid_request', 'instance_not_found', 'currency_not_found') },
        detail: { operationId: 'getEquity', summary: 'The equity of an instance over time' },
      },
    )
    .get('/portfolio', ({ query: { by = 'instance' } }) => services.worth.portfolio(by), {
      query: t.Object({
        by: t.Optional(words(PORTFOLIO_GROUPS, { description: 'What groups are made by; default instance' })),
      }),
      response: { 200: Portfolio, ...failures('invalid_request') },
      detail: { operationId: 'getPortfolio', summary: 'What all instances are worth' },
    })
