import { trade } from './trades'

/** Writes trades of the walk to a CSV. */
export async function writeTrades(path: string, trades: number): Promise<void> {
  const writer = Bun.file(path).writer()
  void writer.write('timestamp,price,quantity,side\n')
  for (let index = 0; index < trades; index++) {
    const { price, quantity, side, timestamp } = trade(index).payload
    void writer.write(`${timestamp},${price},${quantity},${side.toLowerCase()}\n`)
    if (index % 10_000 === 0) await writer.flush()
  }
  await writer.end()
}
