/** What is traced, for whoever does it: spans of work and of orders. Without a place to send them to there is no such thing. */

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

/** Something that takes time. Times are milliseconds since 1970; now, where they are left out. */
export interface Span {
  note(attributes: SpanAttributes): void
  /** Something has happened in it. */
  event(name: string, attributes: SpanAttributes): void
  /** A part of it that has ended. */
  part(name: string, attributes: SpanAttributes, startMs: number, endMs: number): void
  /** @param problem why it failed. */
  end(problem?: string): void
}

export interface Traces extends AsyncDisposable {
  /** It is a part of the work in which it begins, if that is traced. */
  begin(name: string, attributes: SpanAttributes, startMs?: number): Span
  /** What begins in `work` is a part of it. @param headers of the call that it answers: a `traceparent` is its parent. */
  during<T>(name: string, headers: Headers, work: (span: Span) => Promise<T>): Promise<T>
}

type Environment = Readonly<Record<string, string | undefined>>

/** Whether the environment names a place for traces, as OpenTelemetry specifies it. */
export function wantsTraces(environment: Environment): boolean {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter } = environment
  if (disabled?.toLowerCase() === 'true' || exporter === 'none') return false
  return Boolean(environment.OTEL_EXPORTER_OTLP_ENDPOINT || environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)
}
