/** Errors of what the module `meltica` gives to tests: they point at the line of the test, never at ours. */

/** @returns the same function; what it throws, or is rejected with, has the stack of whoever called it. */
export function atCaller<A extends readonly unknown[], R>(act: (...args: A) => R): (...args: A) => R {
  return function called(...args: A): R {
    const place = new Error()
    Error.captureStackTrace(place, called)
    let result: R
    try {
      result = act(...args)
    } catch (error) {
      throw placedAs(error, place)
    }
    if (!(result instanceof Promise)) return result
    return result.catch((error: unknown) => {
      throw placedAs(error, place)
    }) as R
  }
}

/** The frames of `place` that lie in files, under the words of the error. */
function placedAs(error: unknown, place: Error): unknown {
  if (!(error instanceof Error)) return error
  const frames = (place.stack ?? '').split('\n').filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line))
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n')
  return error
}
