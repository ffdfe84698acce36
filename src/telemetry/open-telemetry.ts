/**
 * Traces by OpenTelemetry, sent as OTLP over HTTP. Its own libraries read the variables of the environment that it
 * specifies: endpoint, headers, sampler, sizes of batches. Loaded only where traces are wanted.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Span as ApiSpan,
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { within } from '../flow/within'
import type { BuildInfo } from './metrics'
import type { Span, SpanAttributes, Traces } from './traces'

/** For one batch: a collector that hangs must not hold up the end of the process, which waits for no more than one. */
const TIMEOUT_MS = 2500
/** A stop waits no longer for a collector. */
const PARTING_MS = 500

/** W3C Trace Context §3.2. */
const TRACEPARENT = /^00-(?<traceId>(?!0{32})[0-9a-f]{32})-(?<spanId>(?!0{16})[0-9a-f]{16})-(?<flags>[0-9a-f]{2})$/

export function openTraces(build: BuildInfo): Traces {
  const exporter = new PatientExporter({ timeoutMillis: TIMEOUT_MS })
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'meltica', 'service.version': build.version }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  const tracer = provider.getTracer('meltica', build.version)
  const around = new AsyncLocalStorage<Context>()
  return {
    begin: (name, attributes, startMs) =>
      new TracedSpan(tracer, name, attributes, around.getStore() ?? ROOT_CONTEXT, startMs),
    async during(name, headers, work) {
      const span = new TracedSpan(tracer, name, {}, parentOf(headers))
      try {
        return await around.run(span.context, () => work(span))
      } finally {
        span.end()
      }
    },
    async [Symbol.asyncDispose]() {
      // what cannot be sent any more is given up
      await within(
        provider.shutdown().catch(() => undefined),
        PARTING_MS,
      )
      exporter.isOver = true
    },
  }
}

/** Sends nothing any more once it is over. */
class PatientExporter extends OTLPTraceExporter {
  isOver = false

  override export(...[spans, done]: Parameters<OTLPTraceExporter['export']>): void {
    if (this.isOver) done({ code: 1 })
    else super.export(spans, done)
  }
}

function parentOf(headers: Headers): Context {
  const { traceId, spanId, flags } = TRACEPARENT.exec(headers.get('traceparent') ?? '')?.groups ?? {}
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT
  const traceState = createTraceState(headers.get('tracestate') ?? '')
  const remote = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true, traceState }
  return trace.setSpanContext(ROOT_CONTEXT, remote)
}

class TracedSpan implements Span {
  readonly context: Context
  private readonly span: ApiSpan

  constructor(
    private readonly tracer: Tracer,
    name: string,
    attributes: SpanAttributes,
    parent: Context,
    startMs?: number,
  ) {
    const start = startMs !== undefined && { startTime: startMs }
    this.span = tracer.startSpan(name, { attributes: { ...attributes }, ...start }, parent)
    this.context = trace.setSpan(parent, this.span)
  }

  note(attributes: SpanAttributes): void {
    this.span.setAttributes({ ...attributes })
  }

  event(name: string, attributes: SpanAttributes): void {
    this.span.addEvent(name, { ...attributes })
  }

  part(name: string, attributes: SpanAttributes, startMs: number, endMs: number): void {
    this.tracer.startSpan(name, { attributes: { ...attributes }, startTime: startMs }, this.context).end(endMs)
  }

  end(problem?: string): void {
    if (problem !== undefined) this.span.setStatus({ code: SpanStatusCode.ERROR, message: problem })
    this.span.end()
  }
}
