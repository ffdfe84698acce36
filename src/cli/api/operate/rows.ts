/** Lists that may go on: rows under their titles, printed as they come. */
import { type AnswerFlags, type ApiContext, answer } from '../command'
import { type Cell, Columns, csvLines, csvText, lines, titleCells } from '../output'

/** A column, with the room that it has at least. */
export type Column = readonly [title: string, width: number]

export interface Row {
  readonly cells: readonly Cell[]
  readonly json: unknown
  /** What identifies it. */
  readonly id: string
}

/** A list that is whole. */
export function answerRows(
  context: ApiContext,
  flags: AnswerFlags,
  form: readonly Column[],
  rows: readonly Row[],
): void {
  answer(context, flags, {
    quiet: () => rows.map(({ id }) => id),
    json: rows.map(({ json }) => json),
    table: () => ({ titles: titlesOf(form), rows: rows.map(({ cells }) => cells) }),
  })
}

const titlesOf = (form: readonly Column[]) => form.map(([title]) => title)

/** A list that goes on: JSON is one object a line. */
export class RowPrinter {
  private readonly table: Columns

  constructor(
    private readonly context: ApiContext,
    private readonly flags: AnswerFlags,
    form: readonly Column[],
  ) {
    const titles = titlesOf(form)
    this.table = new Columns(form.map(([, width]) => width))
    if (flags.quiet || flags.format === 'json') return
    context.print(
      flags.format === 'csv' ? csvText({ titles, rows: [] }) : this.table.text([titleCells(context.colours, titles)]),
    )
  }

  print(rows: readonly Row[]): void {
    const { quiet, format } = this.flags
    const cells = rows.map((row) => row.cells)
    if (quiet) this.context.print(lines(rows.map(({ id }) => id)))
    else if (format === 'json') this.context.print(rows.map(({ json }) => `${JSON.stringify(json)}\n`).join(''))
    else this.context.print(format === 'csv' ? csvLines(cells) : this.table.text(cells))
  }
}
