// A message of the server's: a header as JSON, then arrays as their own bytes (see sweeps.pack).

/** @import { Message, Numbers } from "./types.js" */

const TYPES = { f8: Float64Array, f4: Float32Array, i4: Int32Array, u1: Uint8Array }

/** @typedef {{ kind: keyof TYPES, shape: number[], at: number }} Place */

/**
 * The header, with its arrays as typed arrays on the message's own bytes.
 * @template [T=Message]
 * @param {Uint8Array} bytes
 * @returns {T}
 */
export function unpack(bytes) {
  const buffer = bytes.slice().buffer
  const length = Number(new DataView(buffer).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)))
  /** @param {Place} place @returns {Numbers} */
  const read = ({ kind, shape, at }) =>
    new TYPES[kind](buffer, 8 + length + at, shape.reduce((product, n) => product * n, 1))
  /** @type {[string, Place & { which?: Place }][]} */
  const places = Object.entries(header.arrays)
  const arrays = Object.fromEntries(places.map(([name, place]) =>
    [name, { values: read(place), shape: place.shape, which: place.which && read(place.which) }]))
  return { ...header, arrays }
}

/** Enough of a message to see that it is the one already shown. @param {Uint8Array} bytes */
export function signature(bytes) {
  let sum = bytes.length
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) | 0
  return sum
}
