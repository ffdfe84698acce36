/** Where a file imported `with { type: 'file' }` lies, in a source tree and in a compiled binary alike. */
declare module '*.wasm' {
  const path: string
  export default path
}

/** JavaScript Promise Integration, which TypeScript's library does not know yet. */
declare namespace WebAssembly {
  /** An import that parks the guest while the promise it answers is open. */
  const Suspending: new (f: (...args: number[]) => unknown) => Bun.WebAssembly.ImportValue
  /** An export of which the guest may be parked. */
  function promising(f: (...args: number[]) => number): (...args: number[]) => Promise<number>
}
