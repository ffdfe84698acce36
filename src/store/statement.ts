/** A prepared statement that tells a damaged page as such, whoever meets it. */
import type { SQLQueryBindings, Statement as SqliteStatement } from 'bun:sqlite'

export class Statement<Row, Params extends SQLQueryBindings[]> {
  /** @param explain throws in its place what there is to say of an error. */
  constructor(
    private readonly statement: SqliteStatement<Row, SQLQueryBindings[]>,
    private readonly explain: (error: unknown) => never,
  ) {}

  /** The first row. */
  get(...params: Params): Row | null {
    try {
      return this.statement.get(...params)
    } catch (error) {
      return this.explain(error)
    }
  }

  all(...params: Params): Row[] {
    try {
      return this.statement.all(...params)
    } catch (error) {
      return this.explain(error)
    }
  }

  run(...params: Params): void {
    try {
      this.statement.run(...params)
    } catch (error) {
      this.explain(error)
    }
  }
}
