/** Sockets over a file descriptor that is open already, which Bun has and its types forget. */
declare module 'bun' {
  function connect(options: FdSocketOptions): Promise<Socket>
}
