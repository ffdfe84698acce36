/** Waiting that a stop ends. */

/** Resolves with the work, or with the stop before it. */
export function unlessStopped(work: Promise<void>, stopped: AbortSignal): Promise<void> {
  return new Promise((resume, refuse) => {
    const done = () => {
      stopped.removeEventListener('abort', done)
      resume()
    }
    stopped.addEventListener('abort', done, { once: true })
    if (stopped.aborted) done()
    work.then(done, refuse)
  })
}

/** Resolves after so many ms, or with the stop before it: at least one turn of the event loop, unless it is stopped. */
export function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    const done = () => {
      clearTimeout(timer)
      stopped.removeEventListener('abort', done)
      resume()
    }
    const timer = setTimeout(done, ms)
    stopped.addEventListener('abort', done, { once: true })
    if (stopped.aborted) done()
  })
}
