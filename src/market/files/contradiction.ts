/** A row that says that what was taken for granted from the head of the text is wrong, or never was sure. */
import { RowProblem } from './row'

/** Never skipped as a broken row is: if the guess is wrong, so is every row that was read by it. */
export class Contradiction extends RowProblem {
  /**
   * @param message what the row says, and what was guessed.
   * @param advice how the guess is overruled.
   */
  constructor(
    message: string,
    readonly advice: string,
  ) {
    super(message)
  }
}

/**
 * @param guessed the format that keeps to the guess when it is named.
 * @param remedy what reads the row.
 */
export function overruling(guessed: string, remedy?: string): string {
  const keeps = `--format ${guessed} keeps to the guess, --format help lists the formats (of a provider the setting format)`
  return remedy === undefined ? keeps : `${remedy}; ${keeps}`
}
