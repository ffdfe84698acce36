/** Other processes that want all of the machine. */

/** They end when it is disposed of, and by themselves when this process is gone. */
export function burning(count: number): Disposable {
  const body =
    'const parent = process.ppid; for (let n = 0; ; n++) if (n % 1e8 === 0 && process.ppid !== parent) process.exit()'
  const children = Array.from({ length: count }, () =>
    Bun.spawn([process.execPath, '-e', body], { stdio: ['ignore', 'ignore', 'ignore'] }),
  )
  return {
    [Symbol.dispose]() {
      for (const child of children) child.kill('SIGKILL')
    },
  }
}
