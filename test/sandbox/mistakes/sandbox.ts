/** What is not in the sandbox is not there for an editor either. */
export const absent = [
  fetch, //! 2304
  setTimeout, //! 2304
  setInterval, //! 2304
  queueMicrotask, //! 2304
  structuredClone, //! 2304
  URL, //! 2304
  TextEncoder, //! 2304
  crypto, //! 2304
  performance, //! 2304
  WebAssembly, //! 2304
  process, //! 2591
  require, //! 2591
  Buffer, //! 2591
  window, //! 2304
  document, //! 2584
]

import { readFileSync } from 'node:fs' //! 2307
import { nothing } from 'meltica' //! 2305

console.log('there', nothing, readFileSync)
console.info(1)
console.warn(1)
console.error(1)
console.debug(1)
console.table([]) //! 2339
new Map([[1, 2]]).get(1)?.toFixed()
