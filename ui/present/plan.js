// A plan: figures in their order, each with its state, as a text that a link can hold:
// softmax.move?s=3;c=0!entropy.entropy-main. No DOM here.

import { readable } from "../base.js"
import { stateOf } from "./address.js"

/** @typedef {{ lesson: string, figure: string, query: string }} Station */

export const MOST = 40 // stations
export const LONGEST = 12_000 // characters of a plan
const LONGEST_QUERY = 2_000
const STATION = /^([a-z_]{1,40})\.([\w-]{1,60})(?:\?(.*))?$/

/**
 * A query within a link's query: what would be escaped there is written otherwise.
 * @param {string} query
 */
const packed = (query) => readable(new URLSearchParams(query)).replace(/\*/g, "*2A").replace(/\+/g, "*20")
  .replace(/%/g, "*").replace(/&/g, ";")

/** @param {string} text */
const unpacked = (text) => readable(new URLSearchParams(text.replace(/;/g, "&").replace(/\*/g, "%")))

/** A state without what is said of views, and without the language, which is the reader's. @param {string} query */
function stateAlone(query) {
  const state = new URLSearchParams(stateOf(query))
  state.delete("lang")
  state.delete("view")
  return readable(state)
}

/** @param {Station[]} plan */
export const write = (plan) =>
  plan.map(({ lesson, figure, query }) => `${lesson}.${figure}` + (query ? `?${packed(stateAlone(query))}` : "")).join("!")

/**
 * Read a plan; null if it is none. Whatever it says, it leads to lessons of ours and nowhere else.
 * @param {string} text @param {string[]} lessons those that there are
 * @returns {Station[] | null}
 */
export function read(text, lessons) {
  if (text.length > LONGEST) return null
  const parts = text.split("!")
  if (parts.length > MOST) return null
  const stations = parts.map((part) => station(part, lessons))
  return stations.every((one) => one !== null) ? stations : null
}

/** @param {string} text @param {string[]} lessons @returns {Station | null} */
function station(text, lessons) {
  const [, lesson, figure, said = ""] = STATION.exec(text) ?? []
  if (!lessons.includes(lesson)) return null
  const query = stateAlone(unpacked(said))
  return query.length <= LONGEST_QUERY ? { lesson, figure, query } : null
}

/** A plan with a station at another place. @param {Station[]} plan @param {number} from @param {number} to */
export function moved(plan, from, to) {
  const others = plan.filter((_, at) => at !== from)
  return [...others.slice(0, to), plan[from], ...others.slice(to)]
}
