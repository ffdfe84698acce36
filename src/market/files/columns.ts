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
export type Columns = { readonly [R in Role]?: number }

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
    .trim()
    .toLowerCase()
    .replace(/^([a-z]+_[a-z]+|side|size|price)\/.*$/s, '$1')
    .replace(/[^a-z0-9]/g, '')

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
  return columns
}
