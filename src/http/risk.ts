/** Limits on what instances may order, and the switch that stops them. `/risk` */
import { Elysia } from 'elysia'
import { KillBody, ResumeBody, RiskUpdated, RiskView } from '../schema/risk'
import { SentLimitSet } from '../schema/risk-limits'
import { actorOf } from './actor'
import { BODY, failures } from './failures'
import type { Services } from './services'

const SUBJECT = ['provider_not_found', 'instance_not_found'] as const
const CHANGE = ['not_ready', 'storage_unavailable', 'storage_full'] as const

export const risk = (services: Pick<Services, 'risk'>) =>
  new Elysia({ name: 'http/risk', tags: ['Risk'] })
    .get('/risk/limits', () => services.risk.view(), {
      response: { 200: RiskView },
      detail: { operationId: 'getRisk', summary: 'Risk limits, and what is stopped' },
    })
    .put(
      '/risk/limits',
      ({ body, request }) => ({
        status: 'updated' as const,
        ...services.risk.setLimits(body, actorOf(request)),
      }),
      {
        parse: 'json',
        body: SentLimitSet,
        response: { 200: RiskUpdated, ...failures(...BODY, ...CHANGE, 'invalid_limits') },
        detail: { operationId: 'setRiskLimits', summary: 'Set all risk limits in the place of those before' },
      },
    )
    .post('/risk/kill', ({ body, request }) => services.risk.kill(body, actorOf(request)), {
      parse: 'json',
      body: KillBody,
      response: { 200: RiskView, ...failures(...BODY, ...CHANGE, ...SUBJECT) },
      detail: { operationId: 'killTrading', summary: 'Stop all trading, or that of a provider or an instance' },
    })
    .post('/risk/resume', ({ body, request }) => services.risk.resume(body, actorOf(request)), {
      parse: 'json',
      body: ResumeBody,
      response: { 200: RiskView, ...failures(...BODY, ...CHANGE, ...SUBJECT) },
      detail: { operationId: 'resumeTrading', summary: 'Let trade again what was stopped' },
    })
