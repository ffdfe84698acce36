/** A folder of an author's: a strategy that buys and sells in turn, candles, and whatever a test puts there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Buys at every `every`th candle, sells at the next. */
export const TURNS = `module.exports = {
  metadata: {
    name: 'turns',
    tag: 'v1',
    displayName: 'Turns',
    description: '',
    config: [
      { name: 'every', type: 'int', default: 2 },
      { name: 'word', type: 'string', default: '' },
    ],
    events: ['KlineSummary'],
  },
  create({ config, helpers, runtime }) {
    let seen = 0
    return {
      onKlineSummary(ctx, evt) {
        const turn = seen++ % config.every
        if (turn === 0) runtime.submitMarketOrder(evt.provider, 'buy', '1')
        if (turn === 1) runtime.submitMarketOrder(evt.provider, 'sell', '1')
        helpers.log('seen', seen, config.word)
        if (config.word === 'throw') throw new Error('thrown on purpose')
      },
    }
  },
}
`

/** Six candles of a minute that open at 100, 101, … */
export const CANDLES = `timestamp,open,high,low,close,volume
${Array.from({ length: 6 }, (_, minute) => {
  const open = 100 + minute
  return `${Date.UTC(2024, 0, 1, 0, minute)},${open},${open + 2},${open - 1},${open + 1},10`
}).join('\n')}
`

export class AuthorFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'meltica-author-'))

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.write({ 'turns.js': TURNS, 'BTC-USDT.csv': CANDLES, ...files })
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true })
      writeFileSync(join(this.path, name), text)
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }
}
