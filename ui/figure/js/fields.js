// Number fields: what is typed, and why it is refused.

import { exact, fill, MINUS, parse, short, typed } from "./digits.js"
import { element } from "./dom.js"

/** @import { Hand } from "./hand.js" */
/** @import { Shown } from "./shown.js" */
/** @import { Control } from "./types.js" */

/** @param {string} id @param {string} label how it is called @param {Shown} shown */
export function numberField(id, label, shown) {
  return element("input", { type: "text", inputmode: "decimal", class: "xent-field", id,
    autocomplete: "off", spellcheck: "false",
    "aria-label": fill(shown.message.words.exact_value, { label }) })
}

/** What a field says of its control. @param {Shown} shown @param {string} name @param {number} row */
export function fieldText(shown, name, row) {
  const value = shown.control(name, row)
  return (shown.table.ruled.includes(name) ? short(value) : typed(value)).replaceAll(MINUS, "-")
}

/** Say why a field's text is refused; with "", that it is not. @param {HTMLInputElement} field @param {HTMLElement} problem @param {string} text */
export function refuse(field, problem, text) {
  problem.textContent = text
  if (text) {
    field.setAttribute("aria-invalid", "true")
    field.setAttribute("aria-describedby", problem.id)
  } else {
    field.removeAttribute("aria-invalid")
    field.removeAttribute("aria-describedby")
  }
}

/**
 * Why a number is refused: what is allowed, and that a comma is no decimal point.
 * @param {string} text @param {number} value @param {Control} control @param {[number, number]} bounds
 * @param {Record<string, string>} words
 */
function objection(text, value, control, [lo, hi], words) {
  const allowed = fill(control.whole ? words.allowed_whole : words.allowed, { lo: exact(lo), hi: exact(hi) })
  const pointed = text.replace(/[,，]/, ".")
  const comma = Number.isNaN(value) && pointed !== text && !Number.isNaN(parse(pointed))
  return comma ? `${fill(words.decimal_point, { point: pointed.trim() })} ${allowed}` : allowed
}

/**
 * Have a field take what is typed for its control.
 * @param {Control} control @param {HTMLInputElement} field @param {HTMLElement} problem
 * @param {Shown} shown @param {Hand} hand @param {() => void} update show all controls as they are
 */
export function typable(control, field, problem, shown, hand, update) {
  const { name } = control
  const type = () => {
    const positions = shown.table.positions[name]
    const bounds = control.bounds ?? /** @type {[number, number]} */ ([positions[0], positions[positions.length - 1]])
    // Enter, then leaving the field
    if (field.value === fieldText(shown, name, shown.row)) return refuse(field, problem, "")
    const value = parse(field.value)
    if (!(value >= bounds[0] && value <= bounds[1]) || (control.whole && !Number.isInteger(value)))
      return refuse(field, problem, objection(field.value, value, control, bounds, shown.message.words))
    refuse(field, problem, "")
    if (value === shown.control(name)) return update()
    hand.move(name, value)
    hand.commit()
  }
  field.onchange = type
  field.onfocus = () => field.select()
  field.onkeydown = (event) => {
    if (event.key === "Enter") type()
    if (event.key === "Escape") {
      refuse(field, problem, "")
      field.value = fieldText(shown, name, shown.row)
    }
  }
}
