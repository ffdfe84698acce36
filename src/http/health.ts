/** For whoever watches the gateway: is it alive, is it ready, what does it measure. */
import { Elysia, t } from 'elysia'
import { Failure } from '../errors/failure'
import { Health, Readiness } from '../schema/health'
import { failures } from './failures'
import type { Services } from './services'
import { standing } from './standing'

export const health = (services: Pick<Services, 'readiness' | 'registry' | 'others' | 'metrics'>) =>
  new Elysia({ name: 'http/health', tags: ['Operation'] })
    .get('/healthz', () => ({ status: 'ok' as const }), {
      response: { 200: Health },
      detail: { operationId: 'getHealth', summary: 'Whether the process answers' },
    })
    .get('/readyz', () => readiness(services), {
      response: { 200: Readiness, ...failures('not_ready') },
      detail: { operationId: 'getReadiness', summary: 'Whether it can do its work, and what is not sound' },
    })
    .get(
      '/metrics',
      async () =>
        new Response(await services.metrics.text(), { headers: { 'content-type': services.metrics.contentType } }),
      {
        response: { 200: t.String({ description: 'The text format of Prometheus' }) },
        detail: { operationId: 'getMetrics', summary: 'Metrics for Prometheus' },
      },
    )

/** What stops the work makes it not ready; what is wrong with single revisions is told and stops nothing. */
function readiness(services: Pick<Services, 'readiness' | 'registry' | 'others'>) {
  const { ready, problems } = standing(services)
  const [first] = problems
  if (!ready && first) throw new Failure('not_ready', first.message, { problems }, first.hint)
  return { status: 'ready' as const, problems }
}
