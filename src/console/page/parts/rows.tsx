/** A table of any length: no more rows are drawn than can be seen. All rows are as high as the first. */
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

export interface Column<T> {
  readonly title: string
  /** Its part of the whole width, as `12%`; the rest is shared. */
  readonly width?: string
  readonly isNumber?: boolean
  /** Left out on a phone, or already where it gets narrow. */
  readonly isWide?: boolean | 'very'
  /** What it is sorted by; the lowest first. */
  readonly order?: (one: T, other: T) => number
  readonly cell: (row: T) => ComponentChildren
}

interface RowsProps<T> {
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string
  readonly sorted?: { readonly by: string; readonly falls: boolean } | undefined
  readonly onSort?: ((title: string) => void) | undefined
}

/** Beyond what is seen, on either side. */
const BESIDE = 10
const GUESSED_PX = 34

export function Rows<T>({ label, columns, rows, keyOf, sorted, onSort }: RowsProps<T>): JSX.Element {
  const body = useRef<HTMLTableSectionElement>(null)
  const [span, setSpan] = useState({ from: 0, to: 60, heightPx: GUESSED_PX })
  useEffect(() => {
    const look = () => {
      const table = body.current
      if (!table) return
      const heightPx = table.querySelector('[data-row]')?.getBoundingClientRect().height || GUESSED_PX
      const top = table.getBoundingClientRect().top
      const from = Math.max(0, Math.floor(-top / heightPx) - BESIDE)
      const to = Math.ceil((innerHeight - top) / heightPx) + BESIDE
      setSpan((was) => (was.from === from && was.to === to && was.heightPx === heightPx ? was : { from, to, heightPx }))
    }
    look()
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [rows.length])
  const from = Math.min(span.from, Math.max(0, rows.length - 1))
  const shown = rows.slice(from, span.to)
  const wide = (column: Column<T>) => wideness(column.isWide)
  return (
    <div class="scroll" tabIndex={0}>
      <table class="fixed" aria-label={label} aria-rowcount={rows.length + 1}>
        <colgroup>
          {columns.map((column) => (
            <col key={column.title} class={wide(column)} style={column.width ? { '--width': column.width } : {}} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <Head key={column.title} column={column} sorted={sorted} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          <Gap px={from * span.heightPx} columns={columns.length} />
          {shown.map((row, index) => (
            <tr key={keyOf(row)} data-row={keyOf(row)} aria-rowindex={from + index + 2}>
              {columns.map((column) => (
                <td key={column.title} class={`${column.isNumber ? 'num' : ''} ${wide(column)}`}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
          <Gap px={Math.max(0, rows.length - from - shown.length) * span.heightPx} columns={columns.length} />
        </tbody>
      </table>
    </div>
  )
}

const wideness = (isWide: Column<never>['isWide']): string => (isWide === 'very' ? 'widest' : isWide ? 'wide' : '')

function Gap({ px, columns }: { readonly px: number; readonly columns: number }): JSX.Element | null {
  if (px === 0) return null
  return (
    <tr class="gap" aria-hidden="true">
      <td colSpan={columns} style={{ height: `${px}px` }} />
    </tr>
  )
}

type HeadProps<T> = Pick<RowsProps<T>, 'sorted' | 'onSort'> & { readonly column: Column<T> }

function Head<T>({ column, sorted, onSort }: HeadProps<T>): JSX.Element {
  const { title, isNumber, isWide, order } = column
  const is = sorted?.by === title ? (sorted.falls ? 'descending' : 'ascending') : 'none'
  const shape = `${isNumber ? 'num' : ''} ${wideness(isWide)}`
  if (!order || !onSort) return <th class={shape}>{title}</th>
  return (
    <th class={shape} aria-sort={is}>
      <button type="button" class="sort" onClick={() => onSort(title)}>
        {title}
        <span aria-hidden="true">{is === 'none' ? '' : is === 'ascending' ? ' ↑' : ' ↓'}</span>
      </button>
    </th>
  )
}
