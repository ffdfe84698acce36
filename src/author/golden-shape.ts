/** What stands in a golden file. */

/** What is compared, in the order in which it is told. */
export interface Golden {
  readonly ran: {
    readonly strategy: string
    readonly config: Readonly<Record<string, unknown>>
    readonly data: readonly { readonly file: string; readonly sha256: string }[]
  }
  readonly stats: Readonly<Record<string, unknown>>
  readonly orders: number
  readonly errors: number
  readonly liquidated: string | null
  readonly stopped: string | null
  readonly trades: readonly Row[]
  readonly fills: readonly Row[]
}

export type Row = Readonly<Record<string, unknown>>
