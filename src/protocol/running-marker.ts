/**
 * Who is running in a sandbox host that is a process of this machine: one number in a page of memory that it shares with
 * its gateway by a file, so that it can be read when the host was killed. Writing it costs nanoseconds.
 */
import { closeSync, constants, ftruncateSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PAGE_BYTES = 4096
/** Where a host finds the page. */
export const PAGE_END = 4
/** A file without a name, in a folder; Linux alone has it, and not on every file system. */
const O_TMPFILE = 0x400000 | constants.O_DIRECTORY

export class RunningMarker {
  private constructor(private readonly page: DataView) {}

  /** The gateway's side. @returns also the page's descriptor, for the host; to be closed when it has it. */
  static create(): { readonly marker: RunningMarker; readonly page: number } {
    const page = unnamed()
    ftruncateSync(page, PAGE_BYTES)
    return { marker: new RunningMarker(pageOf(page)), page }
  }

  /** The host's side; the descriptor is closed. */
  static open(page = PAGE_END): RunningMarker {
    const marker = new RunningMarker(pageOf(page))
    closeSync(page)
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

/** Nothing is left of it, whenever this process ends. */
function unnamed(): number {
  if (process.platform === 'linux') {
    try {
      return openSync(tmpdir(), O_TMPFILE | constants.O_RDWR, 0o600)
    } catch {
      // the file system has none
    }
  }
  const path = join(tmpdir(), `meltica-host-${process.pid}`)
  const file = openSync(path, 'wx+', 0o600)
  rmSync(path)
  return file
}

function pageOf(descriptor: number): DataView {
  const bytes = Bun.mmap(`/dev/fd/${descriptor}`, { shared: true })
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
