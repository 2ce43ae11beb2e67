// What is written beside the picture: the numbers, the formula with its slots, the status.

import { all, element, tell } from "./dom.js"
import { keepStops, listen } from "./grid.js"

/** @import { Shown } from "./shown.js" */
/** @import { Readout } from "./types.js" */

const LEAST = 14 // px: no formula is smaller

export class Written {
  /** @param {Shown} shown */
  constructor(shown) {
    this.shown = shown
    this.formula = element("div", { class: "xent-formula" })
    /** @type {{ node: HTMLElement, slot: string }[]} */
    this.slots = []
    /** @type {{ node: HTMLElement, at: string[], named?: string }[]} what has the name of a class or a case */
    this.marked = []
    /** @type {{ node: HTMLElement, sets: string[], chosen?: boolean }[]} what sets a part of the state by a click */
    this.setters = []
  }

  /** The elements of a message: its numbers and its formula. @param {(name: string, value: number) => void} set */
  build(set) {
    const { readouts, formula } = this.shown.message
    const results = element("div", { class: "xent-results" }, ...readouts.map(readout))
    this.formula = element("div", { class: "xent-formula" })
    this.formula.innerHTML = formula
    this.formula.onclick = ({ target }) => {
      const node = target instanceof Element && /** @type {HTMLElement | null} */ (target.closest("[data-sets]"))
      if (!node) return
      const [name, value] = (node.dataset.sets ?? "").split("=")
      set(name, +value)
    }
    listen(this.formula)
    return { results, formula: this.formula }
  }

  /** Find what follows the hand below the figure's element. @param {HTMLElement} root */
  find(root) {
    this.slots = all(root, ".xent-results [data-slot], .xent-formula [data-slot], td[data-slot]")
      .map((node) => ({ node, slot: node.dataset.slot ?? "" }))
    this.marked = all(root, ".xent-formula [data-state]")
      .map((node) => ({ node, at: (node.dataset.state ?? "").split(".") }))
    this.setters = all(root, ".xent-formula [data-sets]")
      .map((node) => ({ node, sets: (node.dataset.sets ?? "").split("=") }))
  }

  /** Write a row. @param {number} row */
  write(row) {
    for (const { slot, node } of this.slots) tell(node, "textContent", this.shown.slot(slot, row))
    const moved = this.marked.filter((one) => this.mark(one, row))
    for (const one of this.setters) {
      const [name, value] = one.sets
      const chosen = this.shown.state[name] === +value
      if (one.chosen !== chosen) this.choose(one, chosen)
    }
    // a style may hide what has another name now, also where Tab came to it
    if (moved.some(({ node }) => node.tabIndex === 0)) keepStops(this.formula)
  }

  /** @param {Written["setters"][0]} one @param {boolean} chosen */
  choose(one, chosen) {
    one.chosen = chosen
    one.node.classList.toggle("xent-chosen", chosen)
    // a part of the formula has something to say as long as one of its numbers is chosen
    if (chosen && one.node.dataset.part) this.formula.dataset.part = one.node.dataset.part
    if (one.node.role === "button") one.node.ariaPressed = String(chosen)
  }

  /**
   * The key of a name "key|words" for the style, the words for who points at it.
   * @param {Written["marked"][0]} one @param {number} row @returns {boolean} whether it is another one
   */
  mark(one, row) {
    const named = this.shown.named(one.at, row)
    if (one.named === named) return false
    one.named = named
    const [key, words = ""] = named.split("|")
    one.node.dataset.is = key
    one.node.title = words
    return true
  }

  /** A formula breaks its lines; a piece that is still too wide is set smaller, or scrolled, by keyboard too; its tables are gone over. */
  reach() {
    keepStops(this.formula)
    this.formula.style.fontSize = ""
    const style = getComputedStyle(this.formula)
    const [size, least] = [style.fontSize, style.getPropertyValue("--xent-least")].map(parseFloat)
    const part = this.formula.clientWidth / this.formula.scrollWidth
    if (part < 1) this.formula.style.fontSize = `${Math.max(Math.floor(size * part), least || LEAST)}px`
    const wide = this.formula.scrollWidth > this.formula.clientWidth
    if (wide) this.formula.setAttribute("tabindex", "0")
    else this.formula.removeAttribute("tabindex")
  }
}

/** A number with its label. @param {Readout} readout */
function readout({ label, slot, unit, colour }) {
  const value = element("output", { class: "xent-number", "data-slot": slot })
  if (colour) value.classList.add(`xent-${colour}`)
  return element("div", { class: "xent-readout" }, element("span", {}, label),
    element("span", {}, value, unit ? ` ${unit}` : ""))
}
