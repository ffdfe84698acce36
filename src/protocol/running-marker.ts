/**
 * Who is running in a sandbox host that is a process of this machine: one number in a page of memory that it shares with
 * its gateway by a file, so that it can be read when the host was killed. Writing it costs nanoseconds.
 */
import { rmSync, writeFileSync } from 'node:fs'

const PAGE_BYTES = 4096

export class RunningMarker {
  private constructor(private readonly page: DataView) {}

  /** The gateway's side. */
  static create(path: string): RunningMarker {
    writeFileSync(path, new Uint8Array(PAGE_BYTES))
    return new RunningMarker(pageOf(path))
  }

  /** The host's side. The file's name is of no use any more. */
  static open(path: string): RunningMarker {
    const marker = new RunningMarker(pageOf(path))
    rmSync(path)
    return marker
  }

  /**
   * The instance or compilation that runs, or ran when the host died; negative for the program that is to take an
   * instance's place; 0 for none.
   */
  get running(): number {
    return this.page.getInt32(0, true)
  }

  set running(number: number) {
    this.page.setInt32(0, number, true)
  }
}

function pageOf(path: string): DataView {
  const bytes = Bun.mmap(path, { shared: true })
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
