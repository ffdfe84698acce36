/** Turns by used time, under a clock that only the tasks move. */
import { expect, test } from 'bun:test'
import { type Breaks, Scheduler, type Task } from '../../src/sandbox-host/scheduler'
import { Share, type ShareTerms } from '../../src/sandbox-host/share'

class Stage {
  nowMs = 1000
  /** Names of those that had turns, and of breaks. */
  readonly seen: string[] = []
  readonly timers: { readonly atMs: number; readonly act: () => void }[] = []
  readonly scheduler: Scheduler
  atPause: () => void = () => undefined
  private idle = Promise.withResolvers<void>()

  constructor(breaks: Partial<Breaks> = {}) {
    this.scheduler = new Scheduler(
      {
        idle: () => this.idle.resolve(),
        pause: (restIsLong) => {
          this.seen.push(restIsLong ? 'pause before a long one' : 'pause')
          this.atPause()
        },
        choked: () => undefined,
        ...breaks,
      },
      {
        wall: () => this.nowMs,
        cpu: (wallMs) => wallMs,
        later: (ms, act) => void this.timers.push({ atMs: this.nowMs + ms, act }),
      },
    )
  }

  /** Has as many turns as it has costs, each of so many ms, one after the other. */
  task(name: string, costs: number[], terms: ShareTerms = {}): Task & { readonly ended: Promise<void> } {
    const done = Promise.withResolvers<void>()
    const task = {
      queued: false,
      share: new Share(terms),
      ended: done.promise,
      turn: () => {
        this.seen.push(name)
        this.nowMs += costs.shift() ?? 0
        if (costs.length > 0) this.scheduler.add(task)
        else done.resolve()
        return false
      },
    }
    return task
  }

  async untilIdle(): Promise<void> {
    await this.idle.promise
    this.idle = Promise.withResolvers()
  }

  /** Lets timers ring, in their order, until there are no more. */
  async ring(): Promise<void> {
    for (;;) {
      this.timers.sort((a, b) => a.atMs - b.atMs)
      const timer = this.timers.shift()
      if (!timer) return
      this.nowMs = Math.max(this.nowMs, timer.atMs)
      timer.act()
      await this.untilIdle()
    }
  }

  /** Somebody waits for a timer. */
  get isHeld(): boolean {
    return this.timers.length > 0
  }

  get turns(): string[] {
    return this.seen.filter((name) => !name.startsWith('pause'))
  }
}

const times = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms)

test('whoever has used less goes first, whatever the number of turns', async () => {
  const stage = new Stage()
  const heavy = stage.task('heavy', times(4, 20))
  const light = stage.task('light', times(40, 2))
  for (const task of [heavy, light]) stage.scheduler.add(task)
  await stage.untilIdle()
  // after a heavy turn ten light ones make up for it
  const [first, second] = [1, 2].map((nth) => indexOfNth(stage.turns, 'heavy', nth))
  expect(stage.turns.slice(first! + 1, second)).toEqual(times(second! - first! - 1, 0).map(() => 'light'))
  expect(second! - first!).toBeWithin(10, 12)
  expect([heavy.share.usedMs, light.share.usedMs]).toEqual([80, 80])
})

test('those who use next to nothing go before each further turn of those who use much, in the order in which they came', async () => {
  const stage = new Stage()
  const light = ['a', 'b', 'c'].map((name) => stage.task(name, times(100, 0.001)))
  stage.scheduler.add(stage.task('burner', times(3, 50)))
  stage.scheduler.add(stage.task('other burner', times(3, 50)))
  let rounds = 0
  stage.atPause = () => {
    if (rounds++ < 3) for (const task of light) stage.scheduler.add(task)
  }
  await stage.untilIdle()
  const burns = stage.turns.flatMap((name, at) => (name.endsWith('burner') ? [at] : []))
  expect(burns).toHaveLength(6)
  // nothing is known of how long a first turn takes
  expect(burns.slice(0, 2)).toEqual([0, 1])
  // all three hundred before a second one, each in its turn
  expect(stage.turns.slice(2, 302)).toEqual(times(100, 0).flatMap(() => ['a', 'b', 'c']))
})

test('a newcomer begins where the others are, and so does who was away', async () => {
  const stage = new Stage()
  const old = stage.task('old', times(1000, 1))
  stage.scheduler.add(old)
  await stage.untilIdle()
  const away = stage.task('away', [1])
  stage.scheduler.add(away)
  await stage.untilIdle()
  const costs = times(20, 4)
  const again = { ...stage.task('again', costs.slice()), share: old.share }
  for (const task of [again, stage.task('newcomer', costs.slice())]) stage.scheduler.add(task)
  stage.seen.length = 0
  await stage.untilIdle()
  // none of them is ever more than a turn or two ahead of the other
  let lead = 0
  for (const name of stage.turns) {
    lead += name === 'newcomer' ? 1 : -1
    expect(Math.abs(lead)).toBeLessThanOrEqual(2)
  }
})

test('the host listens before each turn that is going to take long, and whoever comes then goes first', async () => {
  const stage = new Stage()
  stage.scheduler.add(stage.task('long', times(3, 30)))
  stage.scheduler.add(stage.task('light', [0.1]))
  const news = [stage.task('new', [0.1]), stage.task('newer', [2]), stage.task('newest', [0.1])]
  stage.atPause = () => {
    const next = news.shift()
    if (next) stage.scheduler.add(next)
  }
  await stage.untilIdle()
  const pause = 'pause before a long one'
  // a first turn is not known to be long; who comes at a break goes before, and then there is another break
  const before = ['long', 'pause', 'light', 'new', pause, 'newer', pause, 'newest', pause]
  expect(stage.seen).toEqual([...before, 'long', pause, 'long'])
})

test('short turns fill a slice of ten milliseconds before the host listens', async () => {
  const stage = new Stage()
  stage.scheduler.add(stage.task('short', times(25, 1)))
  await stage.untilIdle()
  const first = stage.seen.indexOf('pause')
  expect(first).toBe(11)
  expect(stage.seen.filter((name) => name === 'pause')).toHaveLength(2)
})

test('who has a weight gets that much more', async () => {
  const stage = new Stage()
  const weighty = stage.task('weighty', times(400, 2), { weight: 4 })
  const plain = stage.task('plain', times(400, 2))
  for (const task of [weighty, plain]) stage.scheduler.add(task)
  await weighty.ended
  expect(stage.turns.filter((name) => name === 'plain').length).toBeWithin(96, 105)
})

test('nobody uses more than its budget, and what it did not use is saved up for a tenth of a second at most', async () => {
  const stage = new Stage()
  const startMs = stage.nowMs
  const bounded = stage.task('bounded', times(40, 10), { budget: 0.25 })
  stage.scheduler.add(bounded)
  await stage.untilIdle()
  expect([stage.scheduler.busy, stage.isHeld]).toEqual([false, true])
  // 25 ms were saved up and 7.5 came on top meanwhile; the turn that goes beyond is not cut short
  expect(bounded.share.usedMs).toBe(40)
  await stage.ring()
  expect(bounded.share.usedMs).toBe(400)
  expect(stage.nowMs - startMs).toBeWithin(1460, 1501)
})

test('one that waits for its budget holds nobody up', async () => {
  const stage = new Stage()
  stage.scheduler.add(stage.task('bounded', times(3, 100), { budget: 0.1 }))
  stage.scheduler.add(stage.task('free', times(30, 10)))
  await stage.untilIdle()
  expect(stage.turns.filter((name) => name === 'free')).toHaveLength(30)
  expect(stage.turns.filter((name) => name === 'bounded').length).toBeLessThan(3)
})

test('whoever has much of its state saved waits until the gateway can have written it, a mebibyte at once', async () => {
  const stage = new Stage()
  const task = stage.task('saving', times(12, 1))
  const turn = task.turn.bind(task)
  const saving = Object.assign(task, {
    turn() {
      stage.scheduler.saves(task.share, 256 * 1024)
      return turn()
    },
  })
  stage.scheduler.add(saving)
  stage.scheduler.add(stage.task('other', times(3, 1)))
  await stage.untilIdle()
  expect([stage.turns.filter((name) => name === 'saving').length, stage.isHeld]).toEqual([5, true])
  const startMs = stage.nowMs
  await stage.ring()
  expect(stage.turns.filter((name) => name === 'saving')).toHaveLength(12)
  // seven more, of half a second each, the first of them after what was too much at the beginning
  expect(stage.nowMs - startMs).toBeWithin(3400, 3600)
})

test('work outside of turns is charged too, on top of what others have used, and nothing of the time before it', async () => {
  const stage = new Stage()
  stage.scheduler.add(stage.task('old', times(100, 1)))
  await stage.untilIdle()
  const launched = stage.task('launched', [1])
  stage.nowMs += 500
  const answer = stage.scheduler.charged(launched.share, () => {
    stage.nowMs += 30
    return 'made'
  })
  expect(answer).toBe('made')
  expect(launched.share.usedMs).toBe(30)
  stage.scheduler.add(launched)
  stage.scheduler.add(stage.task('other', times(20, 1)))
  stage.seen.length = 0
  await stage.untilIdle()
  expect(stage.turns).toHaveLength(21)
  expect(stage.turns.at(-1)).toBe('launched')
})

test('work outside of turns that fails is charged', () => {
  const stage = new Stage()
  const share = new Share()
  const work = () => {
    stage.nowMs += 30
    throw new Error('it failed')
  }
  expect(() => stage.scheduler.charged(share, work)).toThrow('it failed')
  expect(share.usedMs).toBe(30)
})

test('a turn of five milliseconds is not long yet, while it goes on and afterwards', async () => {
  const stage = new Stage()
  const isLong: boolean[] = []
  const share = new Share()
  const watched: Task = {
    queued: false,
    share,
    turn: () => {
      for (const ms of [0, 5, 0.001]) {
        stage.nowMs += ms
        isLong.push(stage.scheduler.isLong)
      }
      return false
    },
  }
  stage.scheduler.add(watched)
  await stage.untilIdle()
  expect(isLong).toEqual([false, false, true])
  stage.scheduler.add(stage.task('short', times(2, 5)))
  await stage.untilIdle()
  expect(stage.seen).toEqual(['short', 'short'])
})

test('what the host hears at a break comes before the next turn, also when somebody is added there', async () => {
  const stage = new Stage()
  stage.scheduler.add(stage.task('first', times(6, 4)))
  stage.atPause = () => {
    stage.scheduler.add(stage.task('added', [1]))
    setImmediate(() => stage.seen.push('heard'))
    stage.atPause = () => undefined
    expect(stage.scheduler.busy).toBe(true)
  }
  stage.scheduler.add(stage.task('second', [1]))
  await stage.untilIdle()
  const pause = stage.seen.indexOf('pause')
  expect(stage.seen.slice(pause, pause + 3)).toEqual(['pause', 'heard', 'added'])
  expect(stage.scheduler.busy).toBe(false)
})

test('before a long turn the host is listened to again only when a millisecond has passed', async () => {
  const rests = async (lightMs: number) => {
    let count = 0
    const stage = new Stage({ choked: () => void count++ })
    const long = stage.task('long', [30, 1])
    stage.scheduler.add(long)
    stage.scheduler.add(stage.task('light', [lightMs]))
    await stage.untilIdle()
    return count
  }
  // one after the first turn, which was not known to be long, is there in any case
  expect([await rests(0.9), await rests(1), await rests(1.1)]).toEqual([1, 1, 2])
})

test('one that wants another turn and is added by others meanwhile has one', async () => {
  const stage = new Stage()
  const own = stage.task('own', [1, 1])
  const other: Task = {
    queued: false,
    share: new Share(),
    turn: () => {
      stage.seen.push('other')
      stage.scheduler.add(own)
      return false
    },
  }
  stage.scheduler.add(own)
  stage.scheduler.add(other)
  await stage.untilIdle()
  expect(stage.turns).toEqual(['own', 'other', 'own'])
})

test('a millisecond beyond the budget is waited for', async () => {
  const stage = new Stage()
  // a tenth of a second is saved up, of which it has used 101 ms by its own measure
  stage.scheduler.add(stage.task('bounded', [50.5, 1], { budget: 0.5 }))
  await stage.untilIdle()
  expect([stage.turns, stage.isHeld]).toEqual([['bounded'], true])
  expect(stage.timers.map(({ atMs }) => atMs - stage.nowMs)).toEqual([1])
})

test('a turn goes on until it is ended, and one that is added twice comes once', async () => {
  const stage = new Stage()
  const slow: Task = { queued: false, share: new Share(), turn: () => stage.seen.push('slow') > 0 }
  stage.scheduler.add(slow)
  stage.scheduler.add(slow)
  stage.scheduler.add(stage.task('next', [1]))
  await Promise.resolve()
  await new Promise(setImmediate)
  expect(stage.turns).toEqual(['slow'])
  expect(stage.scheduler.busy).toBe(true)
  stage.nowMs += 7
  stage.scheduler.end()
  await stage.untilIdle()
  expect(stage.turns).toEqual(['slow', 'next'])
  expect(slow.share.usedMs).toBe(7)
  expect(() => stage.scheduler.end()).toThrow('nobody has a turn')
})

test('nobody has a turn while nothing takes what turns make', async () => {
  const room = Promise.withResolvers<void>()
  let full = false
  const stage = new Stage({ choked: () => (full ? room.promise : undefined) })
  stage.atPause = () => {
    full = true
  }
  stage.scheduler.add(stage.task('maker', times(3, 12)))
  for (let i = 0; i < 5; i++) await new Promise(setImmediate)
  expect(stage.turns).toEqual(['maker'])
  full = false
  stage.atPause = () => undefined
  room.resolve()
  await stage.untilIdle()
  expect(stage.turns).toHaveLength(3)
})

function indexOfNth(names: readonly string[], name: string, nth: number): number {
  let at = -1
  for (let found = 0; found < nth; found++) at = names.indexOf(name, at + 1)
  return at
}
