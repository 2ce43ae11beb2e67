// A slider: a track for the hand and the keys, and a field for the exact value.

import { element } from "./dom.js"
import { numberField, typable } from "./fields.js"

/** @import { Hand } from "./hand.js" */
/** @import { Shown } from "./shown.js" */
/** @import { Control } from "./types.js" */

const SWIPE = 6 // px that a finger goes aside before it drags and does not scroll

/**
 * @param {Control} control @param {Shown} shown @param {Hand} hand @param {() => void} update
 */
export function slider(control, shown, hand, update) {
  const { name } = control
  const id = `${shown.message.key}-${name}`
  const range = element("input", { type: "range", id, min: 0, step: 1, class: "xent-range" })
  const field = numberField(`${id}-field`, control.label, shown)
  const problem = element("span", { class: "xent-problem", role: "alert", id: `${id}-problem` })
  range.style.setProperty("--colour", control.colour ? `var(--xent-${control.colour})` : "var(--st-primary-color)")
  drag(range, name, shown, hand)
  typable(control, field, problem, shown, hand, update)
  const node = element("div", { class: "xent-slider" },
    element("label", { for: id }, control.label), range,
    element("span", { class: "xent-value" }, field, control.unit ?? ""), problem)
  return { node, range, field, problem, control }
}

/**
 * A finger on a track may be about to scroll: nothing moves before it goes aside, or taps.
 * @param {HTMLInputElement} range @param {string} name @param {Shown} shown @param {Hand} hand
 */
function drag(range, name, shown, hand) {
  /** @type {{ x: number, before: string, tapped: string } | null} */
  let finger = null
  /** @param {string} at */
  const move = (at) => hand.move(name, shown.table.positions[name][+at])
  /** @param {string} [tapped] */
  const letGo = (tapped) => {
    hand.letGo(name)
    const before = finger?.before
    finger = null
    if (tapped === undefined || tapped === before) return
    range.value = tapped
    move(tapped)
    hand.commit()
  }
  range.oninput = () => {
    if (!finger) return move(range.value)
    finger.tapped = range.value
    range.value = finger.before
  }
  range.onchange = () => {
    hand.grabbed = null
    hand.settle(name)
  }
  range.onkeydown = () => { hand.keyed = true }
  range.onkeyup = range.onblur = () => hand.keysRest()
  range.onpointerdown = (event) => {
    hand.grab(name, false)
    const touch = event.pointerType === "touch"
    finger = touch ? { x: event.clientX, before: range.value, tapped: range.value } : null
  }
  range.onpointermove = ({ clientX }) => {
    if (finger && Math.abs(clientX - finger.x) > SWIPE) finger = null
  }
  range.onpointerup = () => letGo(finger?.tapped)
  range.onpointercancel = () => letGo()
}
