/** What lies beside the data in a zip and is to be read by people. */

const DOCUMENTS = /\.(md|markdown|rst|html?|pdf|rtf|docx?|png|jpe?g|gif|svg|py|ipynb|r)$/i
const TITLES = /^(readme|licen[cs]e|copying|notice|changelog|terms|disclaimer)\b/i
/** Two numbers behind one another, with a separator between: no prose. */
const ROW = /(^|[,;|\t[\s"])-?\d[\d.:/-]*"?[,;|\t][\s"]*-?\d/

/** @param head from the beginning of a text that was not recognised; undefined of what is no text. */
export function isNote(name: string, head: string | undefined): boolean {
  if (DOCUMENTS.test(name) || TITLES.test(name)) return true
  return head !== undefined && !head.split('\n').some((line) => ROW.test(line))
}
