// Terms: what of the model's arrays a slot of the formula, a mark or a line is about. No DOM here.

/** @import { Message } from "./types.js" */

/** @typedef {{ name: string, index?: number }} Term an array, or one of its numbers */

/** The term of a slot "p.2|3", or of a control of a row: z1 is number 1 of z. @param {string} key @param {Pick<Message, "vectors" | "rules">} message @returns {Term} */
export function termOf(key, { vectors, rules }) {
  const [name, index] = key.split("|")[0].split(".")
  if (name in rules) return termOf(rules[name], { vectors, rules: {} })
  for (const [row, controls] of Object.entries(vectors))
    if (controls.includes(name)) return { name: row, index: controls.indexOf(name) }
  return index === undefined ? { name } : { name, index: +index }
}

/** Whether two terms are about the same: an array is about each of its numbers. @param {Term} one @param {Term} other @param {Pick<Message, "kin">} message */
export function touches(one, other, { kin }) {
  /** @param {string} name */
  const family = (name) => [name, ...(kin[name] ?? [])]
  const related = family(one.name).includes(other.name) || family(other.name).includes(one.name)
  return related && (one.name !== other.name || one.index === undefined || other.index === undefined
    || one.index === other.index)
}
