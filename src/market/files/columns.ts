/** Which column means what: the words that exchanges, vendors and tools write into headers. */

export type Role =
  | 'time'
  | 'clock'
  | 'open'
  | 'high'
  | 'low'
  | 'close'
  | 'volume'
  | 'closeTime'
  | 'price'
  | 'quantity'
  | 'id'
  | 'side'
  | 'buyerMaker'
  | 'symbol'
  | 'bid'
  | 'ask'
  | 'isAsk'
  | 'updateType'
  | 'isSnapshot'
  | 'firstUpdateId'
  | 'finalUpdateId'
  | 'doubtful'

/** Positions of the columns, from 0. */
export type Columns = { readonly [R in Role]?: number } & {
  /** Columns of the levels, where a row holds a whole snapshot of a book. */
  readonly levels?: { readonly bids: LevelColumns; readonly asks: LevelColumns }
}

/** Columns of the levels of a side, the best first: pairs of price and quantity. */
export type LevelColumns = readonly (readonly [price: number, quantity: number])[]

/** By preference: the time of the trade itself before the time of its report. */
const WORDS: Record<Exclude<Role, 'clock' | 'doubtful'>, readonly string[]> = {
  time: [
    'transactiontime',
    'tradetime',
    'opentime',
    'unix',
    'unixtimestamp',
    'timestamp',
    'timestampms',
    'timestampus',
    'timestampns',
    'createdtime',
    'transacttime',
    'datetime',
    'date',
    'time',
    'ts',
    'starttime',
    'gmttime',
    'localtime',
    'eventtime',
    '',
  ],
  open: ['open', 'openprice', 'o'],
  high: ['high', 'highprice', 'max', 'h'],
  low: ['low', 'lowprice', 'min', 'l'],
  close: ['close', 'closeprice', 'closelast', 'c', 'price'],
  volume: ['volume', 'vol', 'v', 'basevolume', 'tickvol', 'tickvolume'],
  closeTime: ['closetime'],
  price: ['price', 'p', 'px', 'rate', 'tradeprice'],
  quantity: ['quantity', 'qty', 'size', 'amount', 'volume', 'q', 'sz', 'lastsize'],
  id: ['tradeid', 'aggtradeid', 'trdmatchid', 'id', 'tid'],
  side: ['side', 'takerside', 'direction'],
  buyerMaker: ['isbuyermaker', 'isbuyermarketmaker', 'buyermaker', 'm'],
  symbol: ['symbol', 'ticker', 'instrument', 'pair', 'instid'],
  bid: ['bid', 'bidprice', 'bestbid', 'bestbidprice', 'b'],
  ask: ['ask', 'askprice', 'bestask', 'bestaskprice', 'a'],
  isAsk: ['isask'],
  updateType: ['updatetype'],
  isSnapshot: ['issnapshot'],
  firstUpdateId: ['firstupdateid'],
  finalUpdateId: ['finalupdateid', 'lastupdateid'],
}

/** A header's field in its bare letters: `Close/Last` → `closelast`, `trade_id/…` → `tradeid`. */
export const bare = (field: string) =>
  field
    .toLowerCase()
    .replace(/^\s*([a-z]+_[a-z]+|side|size|price)\/.*$/s, '$1')
    .replace(/[^a-z0-9]/g, '')

/** @param word in bare letters. */
export const isColumn = (word: string): boolean =>
  word !== '' && Object.values(WORDS).some((words) => words.includes(word))

/** Columns that would be another thing if the other one of the same name were meant. */
const UNMISTAKABLE = ['open', 'high', 'low', 'close', 'volume', 'price', 'quantity', 'bid', 'ask'] as const

/** A word that names two columns, of which only one can be read. */
export function ambiguous(fields: readonly string[], columns: Columns): string | undefined {
  const read = UNMISTAKABLE.flatMap((role) => columns[role] ?? []).map((at) => fields[at]!)
  return read.find((word) => fields.indexOf(word) !== fields.lastIndexOf(word))
}

/** @param fields the header's fields in bare letters. */
export function columnsOf(fields: readonly string[]): Columns {
  const columns: Partial<Record<Role, number>> = {}
  for (const [role, words] of Object.entries(WORDS) as [keyof typeof WORDS, readonly string[]][]) {
    const word = words.find((candidate) => fields.includes(candidate))
    if (word !== undefined) columns[role] = fields.indexOf(word)
  }
  // Vendors name the volume by its currency: `Volume BTC` stands before `Volume USDT`.
  const volume = fields.findIndex((field) => field.startsWith('volume'))
  if (columns.volume === undefined && volume >= 0) columns.volume = volume
  const date = fields.indexOf('date')
  const time = fields.indexOf('time')
  if (date >= 0 && columns.time === date && time >= 0) columns.clock = time
  const [bids, asks] = [levelsOf(fields, 'bids'), levelsOf(fields, 'asks')]
  return bids.length > 0 && asks.length > 0 ? { ...columns, levels: { bids, asks } } : columns
}

/** Columns named as `asks[0].price` and `asks[0].amount`. */
function levelsOf(fields: readonly string[], side: string): LevelColumns {
  const levels: (readonly [number, number])[] = []
  for (;;) {
    const price = fields.indexOf(`${side}${levels.length}price`)
    const amount = fields.indexOf(`${side}${levels.length}amount`)
    if (price < 0 || amount < 0) return levels
    levels.push([price, amount])
  }
}
