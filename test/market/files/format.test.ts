/** The contract of formats, over every one that there is. */
import { expect, test } from 'bun:test'
import { FORMATS, type FormatName } from '../../../src/market/files/formats'
import { carrierContract, foreignContract, packingContract, zoneContract } from './carrier-contract'
import { KINDS, PACKINGS } from './format-carriers'
import { formatContract } from './format-contract'
import { SAMPLES } from './format-samples'

test('every format is in the suite, as the kind of data that it is', () => {
  expect(Object.keys(SAMPLES).toSorted()).toEqual(Object.keys(FORMATS).toSorted())
  for (const [name, { kind }] of Object.entries(FORMATS)) {
    expect([name, SAMPLES[name as FormatName].map((sample) => sample.kind)]).toEqual([
      name,
      expect.arrayContaining([kind]),
    ])
  }
})

for (const [name, samples] of Object.entries(SAMPLES)) formatContract(name as FormatName, samples)

for (const carrier of KINDS) carrierContract(carrier)

for (const packing of [...PACKINGS.gzip.slice(0, 1), ...PACKINGS.zip]) packingContract(packing)

zoneContract(KINDS)

foreignContract()
