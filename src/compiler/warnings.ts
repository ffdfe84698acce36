/**
 * What is most likely a mistake in a strategy that compiles. Said only of what stands in the source for certain:
 * nobody reads warnings that are wrong.
 */
import type { AnyNode, Program } from 'acorn'
import { HANDLERS } from '../sandbox/layout'
import type { SourceMap } from '../sandbox/source-map'
import type { Metadata, Warning } from '../schema/metadata'
import type { EventType } from '../schema/strategy-words'
import { absentInHandlers } from './absent'
import { type HandlerObject, readHandlers } from './handlers'
import { ModuleParts } from './module-parts'
import { NamesUsed } from './names-used'
import { findHangs } from './never-settled'
import { meant } from './spelling'
import { isFunction, type Place, parseSource, placeOf } from './syntax'

const EVENT_OF = {
  onTrade: 'Trade',
  onTicker: 'Ticker',
  onBookSnapshot: 'BookSnapshot',
  onKlineSummary: 'KlineSummary',
  onInstrumentUpdate: 'InstrumentUpdate',
  onBalanceUpdate: 'BalanceUpdate',
  onRiskControl: 'RiskControl',
  onExtensionEvent: 'Extension',
  onOrderAcknowledged: 'ExecReport',
  onOrderPartialFill: 'ExecReport',
  onOrderFilled: 'ExecReport',
  onOrderCancelled: 'ExecReport',
  onOrderExpired: 'ExecReport',
  onOrderRejected: 'ExecReport',
  /** It is called whatever the events are that a strategy asks for. */
  onEnd: undefined,
} as const satisfies Record<(typeof HANDLERS)[number], EventType | undefined>

const KNOWN = [...HANDLERS, 'wantsCrossProviderEvents']
/** `trade` is but two letters from `onTrade`, and something else. */
const MAY_BE_MEANT = /^(?:o|n|wants)/i
/** What answers from trades and tickers without a handler of theirs. */
const PRICES = ['getLastPrice', 'getBidPrice', 'getAskPrice', 'getMarketState']

const MAX_WARNINGS = 100
/** Only what is absent is told of longer sources, which nobody writes by hand: whoever compiles has instances that wait. */
const MAX_CHARS = 256 * 1024

export interface Review {
  readonly warnings: Warning[]
  /** What a strategy does not have, and uses: new uploads are refused for it, what is stored is not. */
  readonly absent: Warning[]
}

/** A source as it is looked at. */
export interface SourceRead {
  readonly program: Program
  readonly names: NamesUsed
  readonly isLong: boolean
}

/** @returns undefined for what is not understood. */
export function readSource(source: string): SourceRead | undefined {
  const program = parseSource(source)
  // a source map stands behind
  return program && { program, names: new NamesUsed(program), isLong: (program.body.at(-1)?.end ?? 0) > MAX_CHARS }
}

/**
 * Both in the order of the source, the first hundred.
 * @param map of the source, where it is a bundle.
 */
export function review(read: SourceRead | undefined, metadata: Metadata, map?: SourceMap): Review {
  if (!read) return { warnings: metadata.tag === '' ? [missingTag(undefined)] : [], absent: [] }
  const { program, names, isLong } = read
  const module = new ModuleParts(program)
  const create = module.exportOf('create')
  const absent = absentInHandlers(program, create, names, map).slice(0, MAX_WARNINGS)
  return { warnings: isLong ? tagWarnings(module, metadata) : warningsOf(read, module, metadata), absent }
}

function warningsOf({ program, names }: SourceRead, module: ModuleParts, metadata: Metadata): Warning[] {
  const warnings = tagWarnings(module, metadata)
  const create = module.exportOf('create')
  const handlers = readHandlers(create, names)
  if (handlers) warnings.push(...ofHandlers(handlers, metadata, module, names))
  if (isFunction(create) && create.async) {
    const hint = 'leave async out, and await in the handlers'
    warnings.push(warning(placeOf(create), 'create is async: no instance can start', hint, 'create'))
  }
  for (const { at, message, hint } of findHangs(program, create, names))
    warnings.push(warning(placeOf(at), message, hint))
  warnings.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
  return warnings.slice(0, MAX_WARNINGS)
}

const tagWarnings = (module: ModuleParts, { tag }: Metadata): Warning[] =>
  tag === '' ? [missingTag(placeOf(module.find(['metadata'])))] : []

function ofHandlers(
  { members, isWhole }: HandlerObject,
  { events }: Metadata,
  module: ModuleParts,
  names: NamesUsed,
): Warning[] {
  const warnings: Warning[] = []
  const taken = new Set<EventType>()
  const named = new Set<EventType>(events)
  for (const [name, { key, value }] of members) {
    if (isNothing(value)) continue
    const event = eventOf(name)
    if (event !== undefined) {
      if (!named.has(event) && !taken.has(event)) {
        const hint = `add '${event}' to metadata.events`
        warnings.push(warning(placeOf(key), `${name} takes ${event}, which metadata.events does not name`, hint))
      }
      taken.add(event)
    } else if (!KNOWN.includes(name) && mayBeFunction(value) && !names.members.has(name) && !names.called.has(name)) {
      const right = MAY_BE_MEANT.test(name) ? meant(name, KNOWN) : undefined
      if (right === undefined && !/^on[A-Z]/.test(name)) continue
      const intended = right === undefined ? undefined : eventOf(right)
      if (intended !== undefined) taken.add(intended)
      const hint = right === undefined ? `the handlers are ${HANDLERS.join(', ')}` : `did you mean ${right}?`
      warnings.push(warning(placeOf(key), `${name} is no handler: nothing calls it`, hint))
    }
  }
  if (!isWhole) return warnings
  const readsPrices = PRICES.some((name) => names.members.has(name))
  for (const [index, event] of events.entries()) {
    if (taken.has(event) || (readsPrices && (event === 'Trade' || event === 'Ticker'))) continue
    const handlers = HANDLERS.filter((name) => EVENT_OF[name] === event).join(' or ')
    const path = `metadata.events[${index}]`
    const at = placeOf(module.find(['metadata', 'events', String(index)]))
    warnings.push(warning(at, `no handler takes ${event}`, `add ${handlers}, or leave it out`, path))
  }
  return warnings
}

function eventOf(name: string): EventType | undefined {
  return HANDLERS.find((handler) => handler === name) && EVENT_OF[name as keyof typeof EVENT_OF]
}

/** As a handler that is switched off. */
function isNothing(value: AnyNode): boolean {
  return (
    (value.type === 'Literal' && value.value === null) || (value.type === 'Identifier' && value.name === 'undefined')
  )
}

function mayBeFunction({ type }: AnyNode): boolean {
  return ![
    'Literal',
    'TemplateLiteral',
    'ObjectExpression',
    'ArrayExpression',
    'UnaryExpression',
    'NewExpression',
  ].includes(type)
}

function missingTag(place: Place | undefined): Warning {
  return warning(
    place,
    'metadata.tag is missing',
    "add one, as tag: 'v1.0.0', or name it with each upload",
    'metadata.tag',
  )
}

function warning(place: Place | undefined, message: string, hint: string, path?: string): Warning {
  return { stage: 'validation', message, ...place, ...(path !== undefined && { path }), hint }
}
