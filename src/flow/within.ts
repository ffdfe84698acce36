/** Waiting that ends in time. */

/**
 * Waits for work, for so many ms at most; it goes on by itself then.
 * @param stopped ends the waiting as well.
 * @returns whether the work has come to its end. @throws what it has thrown, if it comes to that in time.
 */
export async function within(work: Promise<unknown>, ms: number, stopped?: AbortSignal): Promise<boolean> {
  const late = Promise.withResolvers<false>()
  const give = () => late.resolve(false)
  const timer = setTimeout(give, ms)
  stopped?.addEventListener('abort', give, { once: true })
  if (stopped?.aborted) give()
  try {
    return await Promise.race([work.then(() => true), late.promise])
  } finally {
    clearTimeout(timer)
    stopped?.removeEventListener('abort', give)
  }
}
