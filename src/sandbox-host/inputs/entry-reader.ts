/** The entries of a block: the inverse of `EntryWriter`. */
import { bareFrame, frameAround } from '../../protocol/frames'
import type { Entry, Resident } from './entry'
import { CODES, DRAINED_BIT, ID_BYTES, logOf, MOST_TURNS, TIME_BYTES } from './entry-form'
import { varintAt } from './varint'

/** @throws RangeError for bytes that are no entries. */
export function* entriesIn(block: Uint8Array): Generator<Entry> {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.length)
  let at = 0
  const whole = () => {
    const found = varintAt(bytes, at)
    if (!found) throw new RangeError('an entry is cut off')
    at = found.end
    return found.value
  }
  const time = () => {
    at += TIME_BYTES
    return bytes.readDoubleLE(at - TIME_BYTES)
  }
  const blob = () => {
    const length = whole()
    if (length > bytes.length - at) throw new RangeError('an entry is cut off')
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const number = bytes[at++]!
    const code = CODES[number & ~DRAINED_BIT]
    switch (code) {
      case 'head': {
        const log = logOf(bytes.subarray(at - 1))
        at += ID_BYTES - 1
        yield { kind: code, log, batches: whole(), from: whole(), words: blob() }
        break
      }
      case 'message':
        yield { kind: code, frame: frameAround(blob()) }
        break
      case 'batch':
        yield { kind: 'message', frame: bareFrame(blob()) }
        break
      case 'turn':
        yield { kind: code, number: whole(), length: whole() }
        break
      case 'turns': {
        const [count, length] = [whole(), whole()]
        if (count > MOST_TURNS) throw new RangeError(`no entry says ${count} turns`)
        for (let index = 0, last = 0; index < count; ) {
          const coded = whole()
          const many = coded % 2 === 0 ? 1 : whole() + 1
          const step = stepOf(Math.floor(coded / 2))
          for (const end = Math.min(count, index + many); index < end; index++) {
            last += step
            yield { kind: 'turn', number: last, length }
          }
        }
        break
      }
      case 'relieved':
      case 'slept':
      case 'asked':
        yield { kind: code, number: whole(), nowMs: time() }
        break
      case 'saved':
      case 'woke':
      case 'silenced':
      case 'refused':
      case 'renewed':
      case 'gone':
        yield { kind: code, number: whole() }
        break
      case 'resident':
        yield { kind: code, number: whole(), resident: JSON.parse(blob().toString()) as Resident, before: blob() }
        break
      case 'drained':
        yield { kind: code }
        break
      default:
        throw new RangeError(`there are no entries of code ${number}`)
    }
    if ((number & DRAINED_BIT) !== 0) yield { kind: 'drained' }
  }
}

const stepOf = (coded: number): number => (coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2)
