// What came of a vote, for the room to see: the mean forecast of each vote with its spread, and
// what was paid.

import { node } from "./dom.js"

/**
 * @typedef {{ count: number, mean?: number[], said?: string[], low?: number[], high?: number[] }} Round
 * @typedef {object} Seen what the teacher may see of a room now (see rules.py)
 * @property {"waiting" | "voting" | "shown" | "answered" | "away"} phase
 * @property {boolean} [board]
 * @property {number} [count]
 * @property {number} [offered] pictures that students offer to show
 * @property {Record<string, string>} [text]
 * @property {Record<string, string[]>} [options]
 * @property {Round[]} [rounds]
 * @property {number} [truth]
 * @property {string[]} [bits]
 * @property {string[]} [of_mean]
 * @property {{ cross_entropy?: string, entropy: string, kl_divergence: string }} [against_first]
 * @property {{ animal: number, number: number, bits: string, questions: number }[]} [places]
 */

/** @typedef {(key: string, values?: Record<string, string | number>) => string} Say */

/** @param {Seen} seen @param {string} language @param {Say} say @returns {HTMLElement[]} */
export function results(seen, language, say) {
  if (!seen.text || !seen.options) return []
  const spoken = language in seen.text ? language : Object.keys(seen.text)[0]
  const parts = [node("strong", {}, seen.text[spoken])]
  const rounds = (seen.rounds ?? []).map((round, at) => vote(round, at, seen, seen.options?.[spoken] ?? [], say))
  if (rounds.length) parts.push(node("div", { className: "xent-class-rounds" }, ...rounds))
  const split = seen.against_first
  if (split?.cross_entropy)
    parts.push(node("p", {}, say("split", { cross: split.cross_entropy, entropy: split.entropy, divergence: split.kl_divergence })))
  if (seen.places) parts.push(node("ol", {}, ...seen.places.map((place) => node("li", {}, say("place", { ...place, name: called(place, say("animals")) })))))
  return parts
}

/** @param {{ animal: number, number: number }} me @param {string} animals with commas between them */
export const called = ({ animal, number }, animals) => `${animals.split(", ")[animal]} ${number}`

/** @param {Round} round @param {number} at @param {Seen} seen @param {string[]} options @param {Say} say */
function vote(round, at, seen, options, say) {
  const head = node("span", {}, say("vote", { number: at + 1, count: round.count }))
  if (!round.mean) return node("div", { className: "xent-class-round" }, head, say("no_votes"))
  const rows = options.map((option, i) => {
    const row = node("div", { className: i === seen.truth ? "xent-class-bar true" : "xent-class-bar" },
      node("span", {}, option), node("i"), node("b", {}, round.said?.[i] ?? ""))
    for (const [name, values] of Object.entries({ "--q": round.mean, "--low": round.low, "--high": round.high }))
      row.style.setProperty(name, String(values?.[i]))
    return row
  })
  const bits = seen.bits?.[at]
  const paid = bits ? [node("span", {}, say("room_paid", { bits }), "; ", say("mean_paid", { bits: seen.of_mean?.[at] ?? "" }))] : []
  return node("div", { className: "xent-class-round" }, head, ...rows, ...paid)
}
