// The rows that a player has, with those that come: of the old ones, only what the server still
// keeps. Row 0 stays free, as in the table of any figure. No DOM here.

/** @import { Rows } from "../../../ui/figure/js/types.js" */

/** The row of each kept state in what one has, or -1. @param {number[]} steps @param {number[]} had */
function rowsOf(steps, had) {
  const at = new Map(had.map((step, i) => [step, i]))
  return steps.map((step) => at.get(step) ?? -1)
}

/**
 * @typedef {object} News
 * @property {number[]} steps the states that the server keeps
 * @property {number[]} new those of them that come with this message
 * @property {Record<string, Rows>} arrays
 */

/**
 * The steps and the arrays of what is kept; null if that is what there was.
 * @param {News} message @param {number[]} steps what there was @param {Record<string, Rows>} arrays
 * @param {string[]} apart the arrays that belong to no state
 * @param {number} after the state after which news were asked for; below 0, everything comes anew
 */
export function merge(message, steps, arrays, apart, after) {
  const rows = rowsOf(message.steps, after < 0 ? [] : steps)
  const fresh = rowsOf(message.steps, message.new)
  const kept = message.steps.map((step, i) => ({ step, isNew: fresh[i] >= 0, row: fresh[i] >= 0 ? fresh[i] : rows[i] }))
    .filter(({ row }) => row >= 0)
  if (!message.new.length && kept.length === steps.length) return null
  /** @type {Record<string, Rows>} */
  const joined = {}
  for (const [name, old] of Object.entries(arrays))
    if (!apart.includes(name)) joined[name] = join(old, message.arrays[name], kept)
  return { steps: kept.map(({ step }) => step), arrays: joined }
}

/** @param {Rows} old @param {Rows} fresh @param {{ isNew: boolean, row: number }[]} kept @returns {Rows} */
function join(old, fresh, kept) {
  const { shape } = old
  const size = shape.slice(1).reduce((product, n) => product * n, 1)
  const Numbers = /** @type {new (length: number) => Rows["values"]} */ (old.values.constructor)
  const values = new Numbers((kept.length + 1) * size)
  kept.forEach(({ isNew, row }, i) => {
    const { source, at } = isNew ? place(fresh, row) : place(old, row + 1)
    values.set(source.subarray(at * size, (at + 1) * size), (i + 1) * size)
  })
  return { values, shape: [kept.length + 1, ...shape.slice(1)] }
}

/** Where a row of an array lies, also where equal rows are sent once. @param {Rows} rows @param {number} row */
const place = ({ values, which }, row) => ({ source: values, at: which ? which[row] : row })
