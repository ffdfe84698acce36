/** Lets the rest of the process go on between two pieces of long work, as the reading of a file or of a home of thousands. */
export function breathe(): Promise<void> {
  return new Promise((resume) => setImmediate(resume))
}
