/** A report on its way to a file: whole or not at all. */
import { writeFileSync } from 'node:fs'
import { Output } from '../../files/output'
import { ColumnWriter } from './columns'
import type { ReportDocument } from './sections'

export class ReportFile implements Disposable {
  private readonly output: Output

  /** @throws Failure file_unwritable. */
  constructor(path: string) {
    this.output = new Output(path)
  }

  /**
   * Puts it in its place.
   * @param document makes it, and its columns.
   * @throws Failure file_unwritable.
   */
  async finish(document: (columns: ColumnWriter) => ReportDocument): Promise<void> {
    // the page is loaded, and from sources bundled, only for those who want one
    const { reportHtml } = await import('./document')
    const columns = new ColumnWriter()
    const html = reportHtml(document(columns), columns)
    this.output.write((staged) => writeFileSync(staged, html))
    this.output.publish()
  }

  [Symbol.dispose](): void {
    this.output[Symbol.dispose]()
  }
}
