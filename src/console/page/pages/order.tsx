/** An operator's own order on the account of an instance: what becomes of the position is shown before it is sent. */
import type { JSX } from 'preact'
import type { Instance } from '../../../schema/instances'
import type { OrderBody } from '../../../schema/operator-orders'
import { Decimal, isDecimal } from '../../../trading/decimal'
import { call, part } from '../api/call'
import { signed } from '../format'
import type { World } from '../live/world'
import { ask, Changes } from '../parts/ask'
import { Check, Choice, Field, useChanges } from '../parts/fields'

const TYPES = [
  ['market', 'market'],
  ['limit', 'limit'],
  ['stop', 'stop'],
  ['stopLimit', 'stop limit'],
] as const

interface Draft {
  market: number
  side: OrderBody['side']
  type: OrderBody['type']
  quantity: string
  price: string
  stopPrice: string
  timeInForce: NonNullable<OrderBody['timeInForce']>
  reduceOnly: boolean
  postOnly: boolean
}

interface Market {
  readonly provider: string
  readonly symbol: string
}

export function askToOrder(world: World, instance: Instance): void {
  const { id, scope } = instance
  const markets = Object.entries(scope).flatMap(([provider, { symbols }]) =>
    symbols.map((symbol) => ({ provider, symbol })),
  )
  const draft: Draft = {
    market: 0,
    side: 'buy',
    type: 'market',
    quantity: '',
    price: '',
    stopPrice: '',
    timeInForce: 'GTC',
    reduceOnly: false,
    postOnly: false,
  }
  // what is sent again, since its answer was lost, is placed once
  const clientId = `page-${[...crypto.getRandomValues(new Uint32Array(2))].map((word) => word.toString(36)).join('')}`
  ask({
    title: `Order for ${id}`,
    says: 'On the account of this instance, in your name. Risk limits and kill switches bind it, unless it may only reduce.',
    changes: [],
    more: <Form world={world} instance={instance} markets={markets} draft={draft} />,
    action: 'Send the order',
    isGrave: true,
    perform: async () => {
      await call('POST', `/strategy/instances/${part(id)}/orders`, {
        ...bodyOf(draft),
        ...markets[draft.market],
        clientId,
      })
      await world.look()
    },
    done: `The order for ${id} was sent.`,
  })
}

const hasPrice = ({ type }: Draft): boolean => type === 'limit' || type === 'stopLimit'
const hasStop = ({ type }: Draft): boolean => type === 'stop' || type === 'stopLimit'

function bodyOf(draft: Draft): OrderBody {
  const { side, type, timeInForce, reduceOnly, postOnly } = draft
  return {
    side,
    type,
    quantity: draft.quantity.trim(),
    ...(hasPrice(draft) && { price: draft.price.trim(), timeInForce, postOnly }),
    ...(hasStop(draft) && { stopPrice: draft.stopPrice.trim() }),
    ...(reduceOnly && { reduceOnly }),
  }
}

interface FormProps {
  readonly world: World
  readonly instance: Instance
  readonly markets: readonly Market[]
  readonly draft: Draft
}

function Form({ world, instance, markets, draft }: FormProps): JSX.Element {
  const change = useChanges()
  const market = markets[draft.market]
  return (
    <>
      <div class="fields pairs">
        <Choice
          label="Market"
          chosen={`${draft.market}`}
          choices={markets.map(({ provider, symbol }, index) => [`${index}`, `${symbol} · ${provider}`])}
          onChoice={(index) => change(() => (draft.market = Number(index)))}
        />
        <Choice
          label="Side"
          chosen={draft.side}
          choices={[
            ['buy', 'buy'],
            ['sell', 'sell'],
          ]}
          onChoice={(side) => change(() => (draft.side = side === 'sell' ? 'sell' : 'buy'))}
        />
        <Field
          label="Quantity"
          text={draft.quantity}
          required
          hint="in the base currency"
          onText={(text) => change(() => (draft.quantity = text))}
        />
        <Choice
          label="Kind"
          chosen={draft.type}
          choices={TYPES}
          onChoice={(chosen) => change(() => (draft.type = TYPES.find(([type]) => type === chosen)?.[0] ?? 'market'))}
        />
        {hasStop(draft) && (
          <Field
            label="Stop price"
            text={draft.stopPrice}
            required
            onText={(text) => change(() => (draft.stopPrice = text))}
          />
        )}
        {hasPrice(draft) && (
          <>
            <Field label="Price" text={draft.price} required onText={(text) => change(() => (draft.price = text))} />
            <Choice
              label="Time in force"
              chosen={draft.timeInForce}
              choices={[
                ['GTC', 'good till cancelled'],
                ['IOC', 'immediate or cancel'],
                ['FOK', 'fill or kill'],
              ]}
              onChoice={(tif) => change(() => (draft.timeInForce = tif === 'IOC' || tif === 'FOK' ? tif : 'GTC'))}
            />
          </>
        )}
      </div>
      <Check
        label="Only to reduce the position (no risk limit binds it)"
        isSet={draft.reduceOnly}
        onSet={(is) => change(() => (draft.reduceOnly = is))}
      />
      {hasPrice(draft) && (
        <Check
          label="Only to rest in the book (post only)"
          isSet={draft.postOnly}
          onSet={(is) => change(() => (draft.postOnly = is))}
        />
      )}
      {market && <Position world={world} instance={instance} market={market} draft={draft} />}
    </>
  )
}

interface PositionProps {
  readonly world: World
  readonly instance: Instance
  readonly market: Market
  readonly draft: Draft
}

function Position({ world, instance, market, draft }: PositionProps): JSX.Element {
  const worth = world.worth.value.get(instance.id) ?? []
  const held = worth
    .flatMap(({ positions }) => positions)
    .find(({ provider, symbol }) => provider === market.provider && symbol === market.symbol)
  const before = held?.quantity ?? '0'
  const after = filled(before, draft)
  return (
    <Changes
      changes={[
        {
          label: `Position in ${market.symbol}, all of it filled`,
          before: signed(before),
          after: after === undefined ? '?' : signed(after),
        },
      ]}
    />
  )
}

/** Undefined while there is no quantity. */
function filled(before: string, { side, quantity, reduceOnly }: Draft): string | undefined {
  const text = quantity.trim()
  if (!isDecimal(text)) return undefined
  const zero = Decimal.parse('0')
  const held = Decimal.parse(before)
  const bought = Decimal.parse(text)
  const after = side === 'buy' ? held.plus(bought) : held.minus(bought)
  if (!reduceOnly) return after.toString()
  const grows = side === 'buy' ? held.compare(zero) >= 0 : held.compare(zero) <= 0
  if (grows) return before
  return held.compare(zero) * after.compare(zero) < 0 ? '0' : after.toString()
}
