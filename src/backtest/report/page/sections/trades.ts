/** The table of trades: as many rows as are in sight, of however many there are. A click leads to the chart. */

import { element } from '../../../../looks/dom'
import type { SectionOf } from '../../sections'
import type { Context } from '../context'
import { panel } from '../panel'
import { strategyChoice } from '../strategy-choice'
import { type Choice, type Order, TradeRows } from './trade-rows'

const ROW = 28
const HEAD = 30
const MOST_HEIGHT = 420
/** Rows above and below what is in sight. */
const SPARE = 12
/** Browsers know no taller elements: from here on a pixel stands for more than one. */
const TALLEST = 8_000_000
const PRINTED = 60

export function renderTrades(section: SectionOf<'trades'>, context: Context): HTMLElement {
  const { root, header, body } = panel(section)
  const rows = new TradeRows(section.data, context.columns)
  context.trade = (number) => rows.shown(number)
  const table = new TradeTable(rows, `${section.id}-title`)
  const count = element('span', { class: 'faint', role: 'status' })
  let choice: Choice = { side: '', outcome: '', symbol: '', strategy: undefined }
  const choose = (change: Partial<Choice>): void => {
    choice = { ...choice, ...change }
    table.choose(choice)
    count.textContent = `${table.length.toLocaleString('en-US')} of ${rows.count.toLocaleString('en-US')}`
  }
  const { symbols } = section.data
  header.append(
    count,
    element(
      'span',
      { class: 'right filters' },
      filter('Side', { '': 'all sides', long: 'long', short: 'short' }, (side) => choose({ side })),
      filter('Outcome', { '': 'won and lost', won: 'won', lost: 'lost', open: 'still open' }, (outcome) =>
        choose({ outcome }),
      ),
      symbols.length > 1
        ? filter(
            'Symbol',
            { '': 'all symbols', ...Object.fromEntries(symbols.map((name) => [name, name])) },
            (symbol) => choose({ symbol }),
          )
        : undefined,
      strategyChoice(section.data.strategies, context),
    ),
  )
  context.onStrategy((strategy) => choose({ strategy }))
  body.append(table.root)
  choose({})
  context.onTrade((trade) => table.look(trade?.number))
  return root
}

function filter<T extends string>(
  name: string,
  options: Readonly<Record<T, string>>,
  chosen: (value: T) => void,
): HTMLElement {
  const entries = Object.entries(options) as [T, string][]
  const choice = element(
    'select',
    { 'aria-label': name },
    ...entries.map(([value, text]) => element('option', { value }, text)),
  )
  choice.addEventListener('change', () => chosen(entries[choice.selectedIndex]![0]))
  return choice
}

class TradeTable {
  readonly root: HTMLElement
  private readonly table: HTMLTableElement
  private readonly body = element('tbody')
  private readonly heads: HTMLTableCellElement[]
  private choice: Choice = { side: '', outcome: '', symbol: '', strategy: undefined }
  private order: Order = { field: 0, isRising: true }
  private chosen: Uint32Array = new Uint32Array()
  private first = -1
  /** The number of the trade that the chart shows. */
  private looked: number | undefined
  private isPrinting = false

  constructor(
    private readonly rows: TradeRows,
    label: string,
  ) {
    this.heads = rows.fields.map(({ title, isWord, about }, field) => {
      const button = element('button', { type: 'button', title: about }, title)
      button.addEventListener('click', () => this.sort(field))
      return element('th', { scope: 'col', class: isWord ? undefined : 'num' }, button)
    })
    const head = element('thead', {}, element('tr', { 'aria-rowindex': 1 }, ...this.heads))
    this.table = element('table', { class: 'trades', 'aria-labelledby': label }, head, this.body)
    this.root = element(
      'div',
      { class: 'scroll rows', tabindex: 0, role: 'group', 'aria-labelledby': label },
      this.table,
    )
    this.root.addEventListener('scroll', () => this.draw())
    this.root.addEventListener('keydown', (event) => this.key(event))
    this.body.addEventListener('click', ({ target }) => {
      const row = target instanceof Element ? target.closest('tr') : null
      row?.querySelector('a')?.click()
    })
    addEventListener('beforeprint', () => this.print(true))
    addEventListener('afterprint', () => this.print(false))
  }

  get length(): number {
    return this.chosen.length
  }

  choose(choice: Choice): void {
    this.choice = choice
    this.root.scrollTop = 0
    this.rearrange()
  }

  /** Marks a trade; with none, goes back to the one that was looked at. */
  look(number: number | undefined): void {
    const before = this.looked
    this.looked = number
    this.draw(true)
    if (number !== undefined || before === undefined) return
    this.root.closest('section')?.scrollIntoView({ block: 'nearest' })
    this.focus(this.chosen.indexOf(before - 1))
  }

  private sort(field: number): void {
    const { order } = this
    this.order = { field, isRising: order.field === field ? !order.isRising : field === 0 }
    this.rearrange()
  }

  private rearrange(): void {
    this.chosen = this.rows.chosen(this.choice, this.order)
    for (const [field, head] of this.heads.entries()) {
      if (field === this.order.field) head.setAttribute('aria-sort', this.order.isRising ? 'ascending' : 'descending')
      else head.removeAttribute('aria-sort')
    }
    this.table.setAttribute('aria-rowcount', String(this.length + 1))
    this.root.style.setProperty('--height', `${Math.min(MOST_HEIGHT, HEAD + ROW * this.length + 14)}px`)
    this.draw(true)
  }

  /** Rows of a screen of pixels of the scrollbar. */
  private get ratio(): number {
    return Math.max(1, (this.length * ROW) / TALLEST)
  }

  private draw(anew = false): void {
    const height = this.root.clientHeight || MOST_HEIGHT
    const inSight = this.isPrinting ? PRINTED : Math.ceil(height / ROW) + 2 * SPARE
    const top = this.isPrinting ? 0 : Math.floor((this.root.scrollTop * this.ratio) / ROW) - SPARE
    const first = Math.max(0, Math.min(top - (top % 2), this.length - inSight))
    if (first === this.first && !anew) return
    this.first = first
    const end = Math.min(this.length, first + inSight)
    const all = Math.min(TALLEST, this.length * ROW)
    const above = Math.min((first * ROW) / this.ratio, all)
    const below = Math.max(0, all - above - (end - first) * ROW)
    const lines: HTMLElement[] = []
    for (let place = first; place < end; place++) lines.push(this.row(place))
    const focused = document.activeElement?.getAttribute('href')
    this.body.replaceChildren(spacer(this.isPrinting ? 0 : above), ...lines, spacer(this.isPrinting ? 0 : below))
    if (focused)
      this.body.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true })
  }

  private row(place: number): HTMLElement {
    const trade = this.chosen[place]!
    const cells = this.rows.fields.map(({ text, tone, isWord }, field) => {
      const said = text(trade)
      const content =
        field === 0
          ? element('a', { href: `#trade-${trade + 1}`, 'aria-label': `Trade ${said}, show it in the chart` }, said)
          : said
      return element('td', { class: `${isWord ? '' : 'num'} ${tone?.(trade) ?? ''}`.trim() || undefined }, content)
    })
    const isLooked = trade + 1 === this.looked
    return element('tr', { 'aria-rowindex': place + 2, class: isLooked ? 'looked' : undefined }, ...cells)
  }

  /** From row to row by the arrows. */
  private key(event: KeyboardEvent): void {
    const link = document.activeElement
    const row = link?.closest('tr')
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }
    const step = steps[event.key]
    if (step === undefined || !row || !this.body.contains(row)) return
    this.focus(Number(row.getAttribute('aria-rowindex')) - 2 + step)
    event.preventDefault()
  }

  private focus(place: number): void {
    if (place < 0 || place >= this.length) return
    const top = (place * ROW) / this.ratio
    const room = this.root.clientHeight - HEAD - ROW
    if (top < this.root.scrollTop) this.root.scrollTop = top
    else if (top > this.root.scrollTop + room) this.root.scrollTop = top - room
    this.draw()
    this.body.querySelector<HTMLElement>(`tr[aria-rowindex="${place + 2}"] a`)?.focus({ preventScroll: true })
  }

  private print(isPrinting: boolean): void {
    this.isPrinting = isPrinting
    this.draw(true)
    this.root.dataset.more = this.length > PRINTED ? `${this.length - PRINTED} more trades are not printed` : ''
  }
}

const spacer = (height: number): HTMLElement => {
  const row = element('tr', { class: 'spacer', 'aria-hidden': 'true' })
  row.style.height = `${height}px`
  return row
}
