/** What an instance was given: recorded by its sandbox host, for people and programs. */
import { type Static, Type } from '@sinclair/typebox'
import { words } from './words'

/** The parts of a position: log, segment, offset, index, record, and the time in ms, which may be before 1970. */
export const PLACE_PATTERN = '^[0-9a-f]{1,16}([.][0-9]{1,10}){4}[.]-?[0-9]{1,15}$'

const time = (description: string) => Type.String({ description, examples: ['2026-01-31T12:00:00.000Z'] })

export const INPUT_KINDS = [
  'launched',
  'rolled',
  'stopped',
  'renewed',
  'event',
  'report',
  'balance',
  'notice',
  'flags',
  'limits',
  'leftOut',
  'slept',
  'woke',
  'clock',
  'silenced',
  'missing',
] as const
export type InputKind = (typeof INPUT_KINDS)[number]

export const InputItem = Type.Object(
  {
    position: Type.String({
      description: 'Where it stands: what "after" takes',
      examples: ['5f3c.3.40960.2.0.1704672000000'],
    }),
    time: time('Of the event; of what has no time of its own, that of the last event before it'),
    kind: words(INPUT_KINDS, {
      description:
        'event: of the market; report, balance, notice: to this instance alone; flags: whether it may trade; limits: what its orders are judged by; leftOut: what was too old, or too much, of what waited for it; clock: it asked for the time outside of an event; silenced: a line of its log was left out; renewed: its recording went back, and what was since then is void and comes again; missing: what follows is damaged or gone',
    }),
    event: Type.Optional(
      Type.Unknown({ description: 'As the strategy sees it: eventId, provider, symbol, type, payload and its times' }),
    ),
    handled: Type.Optional(
      Type.Boolean({ description: 'Of a market event: whether it has a handler for it; else it only sets the price' }),
    ),
    tradingActive: Type.Optional(Type.Boolean({ description: 'Of flags' })),
    dryRun: Type.Optional(Type.Boolean({ description: 'Of flags' })),
    terms: Type.Optional(Type.Unknown({ description: 'Of limits: limits, halts and circuit breakers' })),
    reason: Type.Optional(Type.String({ description: 'Of what is missing' })),
    startedAt: Type.Optional(time('Of launched and rolled: what its client order ids begin with')),
  },
  { title: 'Input', description: 'Something that an instance was given, or that was decided of it' },
)
export type InputItem = Static<typeof InputItem>

export const InputPage = Type.Object(
  {
    items: Type.Array(InputItem),
    limit: Type.Integer({ examples: [100] }),
    keptFrom: time('The first that is kept'),
    next: Type.Optional(
      Type.String({ description: 'The "after" of the page that follows; absent: there is no more yet' }),
    ),
  },
  { title: 'InputPage', description: 'Inputs of an instance, oldest first' },
)
export type InputPage = Static<typeof InputPage>
