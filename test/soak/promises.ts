/** What a soak has seen, and which promises it saw broken. */

export class Promises {
  readonly broken: string[] = []

  check(isHeld: boolean, sentence: string): void {
    if (isHeld) return
    this.broken.push(sentence)
    this.say(`BROKEN: ${sentence}`)
  }

  say(line: string): void {
    process.stdout.write(`${line}\n`)
  }
}

export function ms(time: number): string {
  return time < 1000 ? `${time.toFixed(0)} ms` : `${(time / 1000).toFixed(1)} s`
}
