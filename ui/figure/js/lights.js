// Pointing at a term of the formula, or focusing it, lights its marks in the picture and its line
// in the program; pointing at a mark, its handle or a line lights the terms. Nothing is done
// while nobody points.

import { all } from "./dom.js"
import { lineAt, markLine } from "./program.js"
import { termOf, touches } from "./terms.js"

/** @import { Picture } from "./picture.js" */
/** @import { Shown } from "./shown.js" */
/** @import { Term } from "./terms.js" */

/** @type {Set<Lights>} */
const lamps = new Set()
document.addEventListener("pointerover", ({ target, clientY }) => lamps.forEach((one) => one.line(target, clientY)),
  { passive: true })

export class Lights {
  /** @param {HTMLElement} root @param {Shown} shown @param {Picture} picture */
  constructor(root, shown, picture) {
    this.root = root
    this.shown = shown
    this.picture = picture
    /** @type {Term[] | null} what is pointed at */
    this.lit = null
    this.byLine = false
    lamps.add(this)
    for (const type of ["pointerover", "focusin"]) root.addEventListener(type, (event) => this.point(event.target))
    for (const type of ["pointerleave", "focusout"]) root.addEventListener(type, () => this.light(null))
  }

  /** The elements are new: each number of a formula can be focused. */
  build() {
    for (const node of all(this.root, "math [data-slot]")) node.setAttribute("tabindex", "0")
  }

  /** @param {EventTarget | null} target */
  point(target) {
    const node = target instanceof Element && target.closest("math [data-slot], .xent-number[data-slot], .xent-handle")
    const key = node && node instanceof Element && (node.getAttribute("data-slot") ?? node.getAttribute("data-control"))
    if (key) this.light([termOf(key, this.shown.message)])
    else if (!(target instanceof Element && target.closest(".xent-picture"))) this.light(null)
  }

  /** A mark is pointed at. @param {number} trace @param {number} point */
  mark(trace, point) {
    const { binds } = this.shown.message
    const arrays = binds.filter((bind) => bind.trace === trace).map(({ array }) => array)
    this.light(arrays.filter((array) => !array.includes(",")).map((array) => ({ name: array.split("|")[0], index: point })))
  }

  /** A line of the program is pointed at. @param {EventTarget | null} target @param {number} y */
  line(target, y) {
    const names = lineAt(target, y, this.shown.message.group)
    if (names) this.light(names.map((name) => ({ name })))
    else if (this.byLine) this.light(null)
    this.byLine = names !== null
  }

  /** @param {Term[] | null} terms */
  light(terms) {
    const lit = terms?.length ? terms : null
    if (JSON.stringify(lit) === JSON.stringify(this.lit)) return
    this.lit = lit
    this.show()
  }

  /** Show what is lit, also in a picture that was made anew. */
  show() {
    const { lit, root, shown: { message } } = this
    /** @param {Term} term */
    const on = (term) => lit?.some((one) => touches(one, term, message)) ?? false
    for (const node of all(root, "math [data-slot]"))
      node.classList.toggle("xent-lit", on(termOf(node.dataset.slot ?? "", message)))
    this.marks(on)
    markLine(message.group, (name) => on({ name }), lit !== null)
  }

  /** The picture's marks: others are dimmed, if any is lit. @param {(term: Term) => boolean} on */
  marks(on) {
    const { binds } = this.shown.message
    let some = false
    for (const node of all(this.picture.node, ".trace")) {
      const index = /** @type {any} */ (node).__data__?.[0]?.trace?.index
      const names = binds.filter(({ trace, array }) => trace === index && !array.includes(","))
        .map(({ array }) => array.split("|")[0])
      const points = all(node, ".point")
      const whole = points.length < 2
      points.forEach((point, i) => point.classList.toggle("xent-lit", names.some((name) => on({ name, index: i }))))
      const lit = names.some((name) => whole ? on({ name }) : points.some((_, i) => on({ name, index: i })))
      node.classList.toggle("xent-lit", lit)
      some ||= lit
    }
    this.picture.node.classList.toggle("xent-lighting", some)
  }

  remove() {
    lamps.delete(this)
  }
}
