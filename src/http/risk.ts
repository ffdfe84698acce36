/** Limits on what instances may order, and the switch that stops them. `/risk` */
import { Elysia } from 'elysia'
import { digestOf } from '../schema/digest'
import { KillBody, ResumeBody, RiskUpdated, RiskView } from '../schema/risk'
import { SentLimitSet } from '../schema/risk-limits'
import { actorOf } from './actor'
import { checkMatch } from './etag'
import { BODY, failures } from './failures'
import type { Services } from './services'

const SUBJECT = ['provider_not_found', 'instance_not_found'] as const
const CHANGE = ['not_ready', 'storage_unavailable', 'storage_full'] as const

/** Names the limits alone, of all that is answered with them: the rest changes with each order. */
const etagOf = ({ limits }: RiskView): string => `"${digestOf(new TextEncoder().encode(JSON.stringify(limits)))}"`

export const risk = (services: Pick<Services, 'risk'>) =>
  new Elysia({ name: 'http/risk', tags: ['Risk'] })
    .get(
      '/risk/limits',
      ({ set }) => {
        const view = services.risk.view()
        set.headers.etag = etagOf(view)
        return view
      },
      {
        response: { 200: RiskView },
        detail: {
          operationId: 'getRisk',
          summary: 'Risk limits, and what is stopped',
          description: 'The ETag names the limits alone: it is another one when others are set.',
        },
      },
    )
    .put(
      '/risk/limits',
      ({ body, request, set }) => {
        if (request.headers.has('if-match')) checkMatch(request, etagOf(services.risk.view()))
        const view = services.risk.setLimits(body, actorOf(request))
        set.headers.etag = etagOf(view)
        return { status: 'updated' as const, ...view }
      },
      {
        parse: 'json',
        body: SentLimitSet,
        response: { 200: RiskUpdated, ...failures(...BODY, ...CHANGE, 'invalid_limits', 'precondition_failed') },
        detail: {
          operationId: 'setRiskLimits',
          summary: 'Set all risk limits in the place of those before',
          description: 'With If-Match, only in the place of those that GET answered with that ETag.',
        },
      },
    )
    .post(
      '/risk/kill',
      async ({ body, request }) => {
        services.risk.kill(body, actorOf(request))
        await services.risk.settled(body)
        return services.risk.view()
      },
      {
        parse: 'json',
        body: KillBody,
        response: { 200: RiskView, ...failures(...BODY, ...CHANGE, ...SUBJECT) },
        detail: { operationId: 'killTrading', summary: 'Stop all trading, or that of a provider or an instance' },
      },
    )
    .post('/risk/resume', ({ body, request }) => services.risk.resume(body, actorOf(request)), {
      parse: 'json',
      body: ResumeBody,
      response: { 200: RiskView, ...failures(...BODY, ...CHANGE, ...SUBJECT) },
      detail: { operationId: 'resumeTrading', summary: 'Let trade again what was stopped' },
    })
