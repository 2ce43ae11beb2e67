// Up to four students' pictures side by side: each a page of ours, in the state that was offered.

import { inApp } from "../base.js"
import { node } from "./dom.js"
import { called } from "./results.js"

/** @import { Say } from "./results.js" */
/** @typedef {{ animal: number, number: number, link: string }} Offer */

const SIDE_BY_SIDE = 4

/**
 * Show the pictures of a room from a number on.
 * @param {{ code: string, secret: string }} room @param {Say} say @param {number} start
 */
export async function students({ code, secret }, say, start = 0) {
  const answer = await fetch(inApp(`/xent/room/${code}/offers?from=${start}`), { headers: { "xent-secret": secret } })
  if (!answer.ok) return
  /** @type {Offer[]} */
  const offers = await answer.json()
  const wall = node("dialog", { className: "xent-class-wall", ariaLabel: say("pictures"), onclose: () => wall.remove() })
  const others = () => { wall.close(); students({ code, secret }, say, start + SIDE_BY_SIDE) }
  const row = node("div", { className: "xent-class-row" }, node("button", { onclick: () => wall.close() }, say("hide")))
  if (offers.length === SIDE_BY_SIDE) row.append(node("button", { onclick: others }, say("other_pictures")))
  wall.append(row, ...offers.map((offer) => picture(offer, say)), ...(offers.length ? [] : [node("p", {}, say("no_pictures"))]))
  wall.classList.toggle("xent-class-alone", offers.length === 1)
  document.body.append(wall)
  wall.showModal()
}

/** @param {Offer} offer @param {Say} say */
function picture(offer, say) {
  const name = called(offer, say("animals"))
  return node("figure", {}, node("figcaption", {}, name), node("iframe", { src: inApp(offer.link), title: name }))
}
