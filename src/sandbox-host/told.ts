/** What the gateway was told of an instance, whatever program it ran. */
export interface Told {
  /** What it did. */
  acts: number
  /** Lines of its log. */
  lines: number
  /** How often another program has taken its place. */
  rolls: number
}
