/** Takes each setting from the first place that says it, and notes which place that was. */
import type { YamlFile } from './yaml'

export type Origin = 'flag' | 'environment' | 'file' | 'default'

/** A setting as it is in effect. */
export interface Choice<T = unknown> {
  /** As in the configuration: `tls.certificate`. */
  readonly name: string
  readonly value: T
  readonly origin: Origin
  /** Who says it: `--listen`, `MELTICA_LISTEN`, `meltica.yaml:3:9`, `default`. */
  readonly from: string
}

type Offer<T> = Omit<Choice<T>, 'name'>

type Environment = Readonly<Record<string, string | undefined>>

export class Choices {
  readonly made: Choice[] = []

  constructor(
    private readonly environment: Environment,
    private readonly file: Pick<YamlFile<unknown>, 'placeOf'>,
  ) {}

  /** @param offers the ones that count for more come first; those without a value are undefined. */
  choose<T>(name: string, offers: readonly (Offer<T> | undefined)[], fallback: T): Choice<T> {
    return this.note(name, offers) ?? this.keep({ name, value: fallback, origin: 'default', from: 'default' })
  }

  /** The same for a setting that has no default. */
  note<T>(name: string, offers: readonly (Offer<T> | undefined)[]): Choice<T> | undefined {
    const offer = offers.find((one) => one !== undefined)
    return offer && this.keep({ name, ...offer })
  }

  /** One of the command line. */
  readonly flag = <T>(name: string, value: T | undefined): Offer<T> | undefined =>
    value === undefined ? undefined : { value, origin: 'flag', from: name }

  /** An empty one says nothing. */
  readonly variable = (name: string): Offer<string> | undefined => {
    const value = this.environment[name]
    return value ? { value, origin: 'environment', from: name } : undefined
  }

  /** @param path where in the file it stands, as a JSON pointer. */
  readonly inFile = <T>(path: string, value: T | undefined): Offer<T> | undefined =>
    value === undefined ? undefined : { value, origin: 'file', from: this.file.placeOf(path) }

  /** One that only the file may say, in the place of its name. */
  setting<T>(name: string, value: T | undefined, fallback: T): T {
    return this.choose(name, [this.inFile(`/${name.replaceAll('.', '/')}`, value)], fallback).value
  }

  /** Each field of a part of the file. @param path of that part, as a JSON pointer. */
  noteAll(path: string, part: object = {}): void {
    const section = path.split('/').at(-1)
    for (const [name, value] of Object.entries(part)) {
      this.note(`${section}.${name}`, [this.inFile(`${path}/${name}`, value)])
    }
  }

  /** What of the file was asked for by nobody, so that none of it is left out. @param but what means nothing by its own name. */
  noteRest(file: object, but: readonly string[]): void {
    const known = new Set([...but, ...this.made.map(({ name }) => name.split('.')[0])])
    for (const [name, value] of Object.entries(file)) {
      if (!known.has(name)) this.note(name, [this.inFile(`/${name}`, value)])
    }
  }

  private keep<T>(choice: Choice<T>): Choice<T> {
    this.made.push(choice)
    return choice
  }
}

/** Begins a sentence about it: where it stands, and its name unless the place is that. */
export const subjectOf = ({ name, origin, from }: Choice): string =>
  origin === 'file' ? `${from}: ${name}` : origin === 'default' ? `${name} (by default)` : from
