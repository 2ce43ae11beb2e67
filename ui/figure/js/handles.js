// Handles: what one can take hold of in the picture itself.

import { short } from "./digits.js"
import { element, tell } from "./dom.js"

/** @import { Hand } from "./hand.js" */
/** @import { Shown } from "./shown.js" */
/** @import { Axis, Drawn, HandleSpec } from "./types.js" */

/** @typedef {[number, number]} Spot across and down, in pixels */
/** @typedef {{ spec: HandleSpec, node: HTMLElement }} Handle */

/** @type {Record<string, Spot>} */
const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10,
  Home: -Infinity, End: Infinity }

export class Handles {
  /** @param {Shown} shown @param {Hand} hand @param {Drawn} picture */
  constructor(shown, hand, picture) {
    this.shown = shown
    this.hand = hand
    this.picture = picture
    /** @type {Handle[]} */
    this.all = []
    /** @type {Spot} where in the handle the pointer took hold of it */
    this.grip = [0, 0]
    /** @type {Record<string, Spot[]>} where they are in each row: reckoned when they are dragged */
    this.places = {}
  }

  build() {
    this.all = this.shown.message.handles.map((spec, at, all) =>
      this.handle(spec, all.slice(0, at).filter(({ control }) => control === spec.control).length))
    return this.all.map(({ node }) => node)
  }

  /** The axes are others now. */
  forget() {
    this.places = {}
  }

  /** A handle; `before` are those of the same control. @param {HandleSpec} spec @param {number} before @returns {Handle} */
  handle(spec, before) {
    const { hand } = this
    const { controls, key } = this.shown.message
    const control = controls.find(({ name }) => name === spec.control)
    const node = element("div", { class: `xent-handle xent-handle-${spec.shape}`, role: "slider",
      tabindex: 0, id: `${key}-${spec.control}${before ? `-${before + 1}` : ""}-handle`, "aria-label": control?.label, "data-control": spec.control })
    if (spec.colour) node.style.setProperty("--colour", `var(--xent-${spec.colour})`)
    node.onpointerdown = (event) => {
      const { handle, off } = this.nearest(event)
      this.grab(handle.node, handle.spec, event, off)
    }
    node.onpointermove = (event) => { if (hand.grabbed === spec.control) this.pull(spec, event) }
    node.onpointerup = node.onpointercancel = () => {
      if (hand.grabbed !== spec.control) return
      hand.letGo(spec.control)
      if (hand.touched(spec.control)) hand.commit()
    }
    node.onkeydown = (event) => this.push(spec, event)
    node.onkeyup = node.onblur = () => hand.keysRest()
    return { spec, node }
  }

  /** Handles may lie over each other: the one meant is the one whose middle is nearest. @param {PointerEvent} event */
  nearest({ clientX, clientY }) {
    const seen = this.all.filter(({ node }) => !node.hidden).map((handle) => {
      const box = handle.node.getBoundingClientRect()
      /** @type {Spot} */
      const off = [clientX - box.x - box.width / 2, clientY - box.y - box.height / 2]
      return { handle, off }
    })
    return seen.reduce((one, other) => Math.hypot(...other.off) < Math.hypot(...one.off) ? other : one)
  }

  /** @param {HTMLElement} node @param {HandleSpec} spec @param {PointerEvent} event @param {Spot} grip */
  grab(node, spec, event, grip) {
    event.preventDefault()
    node.focus({ preventScroll: true })
    node.setPointerCapture(event.pointerId)
    this.hand.grab(spec.control, true)
    this.grip = grip
  }

  /** The axes of a number: "" for the first ones. @param {string} number @returns {[Axis, Axis]} */
  axes(number) {
    const { [`xaxis${number}`]: xaxis, [`yaxis${number}`]: yaxis } = this.picture._fullLayout
    return [xaxis, yaxis]
  }

  /** A handle's place on the picture. @param {HandleSpec} spec @param {number} row @returns {Spot} */
  spot(spec, row) {
    const [xaxis, yaxis] = this.axes(spec.axis)
    return [this.along(xaxis, spec.x, row), this.along(yaxis, spec.y, row)]
  }

  /** @param {Axis} axis @param {number | string} where a number or a slot @param {number} row */
  along(axis, where, row) {
    if (typeof where === "number") return axis._offset + axis.l2p(where)
    const [name, index] = where.split(".")
    const value = this.shown.value(name, row)
    return axis._offset + axis.l2p(index === undefined ? value : value[+index])
  }

  /** Put all of them where they belong. @param {number} row */
  place(row) {
    const { shown } = this
    for (const { spec, node } of this.all) {
      const [x, y] = this.spot(spec, row)
      node.hidden = !(Number.isFinite(x) && Number.isFinite(y))
      if (node.hidden) tell(node, "transform", "")
      else move(node, x.toFixed(1), y.toFixed(1))
      const name = spec.control
      const at = shown.table.index(name, shown.state[name])
      tell(node, "aria-valuemin", 0)
      tell(node, "aria-valuemax", shown.table.positions[name].length - 1)
      tell(node, "aria-valuenow", Math.max(at, 0))
      tell(node, "aria-valuetext", spec.says ? shown.slot(spec.says, row) : short(shown.control(name, row)))
    }
  }

  /** Put all of them at a place of the player's; what has no place there is told. @param {number} x @param {number} y @param {string} [lost] */
  placeAt(x, y, lost = "") {
    for (const { node } of this.all) {
      move(node, x, y)
      tell(node, "data-lost", lost)
    }
  }

  /** Where a handle is at each position of its control. @param {HandleSpec} spec */
  spots(spec) {
    const start = this.shown.table.starts[spec.control]
    const count = this.shown.table.positions[spec.control].length
    const key = [spec.control, spec.x, spec.y, spec.axis].join()
    this.places[key] ??= Array.from({ length: count }, (_, i) => this.spot(spec, start + i))
    return this.places[key]
  }

  /** The pointer pulls a handle: of the places that it can have, the nearest. @param {HandleSpec} spec @param {PointerEvent} event */
  pull(spec, event) {
    const box = this.picture.getBoundingClientRect()
    const [x, y] = [event.clientX - this.grip[0] - box.x, event.clientY - this.grip[1] - box.y]
    this.toNearest(spec, ([left, top]) => Math.hypot(left - x, top - y))
  }

  /** Where the picture is pressed, a handle that leaps comes to, and stays under the hand. @param {PointerEvent} event */
  leap(event) {
    const found = this.all.find(({ spec }) => spec.leaps && this.within(spec.axis, event))
    if (!found) return
    this.grab(found.node, found.spec, event, [0, 0])
    this.pull(found.spec, event)
  }

  /** Whether the pointer is in the panel of these axes. @param {string} number @param {MouseEvent} event */
  within(number, { clientX, clientY }) {
    const [xaxis, yaxis] = this.axes(number)
    const box = this.picture.getBoundingClientRect()
    /** @param {number} at @param {Axis} axis */
    const inside = (at, { _offset, _length }) => at >= _offset && at <= _offset + _length
    return inside(clientX - box.x, xaxis) && inside(clientY - box.y, yaxis)
  }

  /** @param {HandleSpec} spec @param {(spot: Spot) => number} distance */
  toNearest(spec, distance) {
    let best = -1
    let least = Infinity
    this.spots(spec).forEach((spot, i) => {
      const far = distance(spot)
      if (far < least) [best, least] = [i, far]
    })
    const value = this.shown.table.positions[spec.control][best]
    if (best >= 0 && value !== this.shown.state[spec.control]) this.hand.move(spec.control, value)
  }

  /** A key pushes a handle: along its line, or over a plane to the next place in that direction. @param {HandleSpec} spec @param {KeyboardEvent} event */
  push(spec, event) {
    if (!(event.key in STEPS)) return
    event.preventDefault()
    this.hand.keyed = this.hand.rest = true
    if (spec.shape === "point" && event.key in WAYS) return this.pushOver(spec, WAYS[event.key])
    const positions = this.shown.table.positions[spec.control]
    const now = this.shown.control(spec.control)
    const at = positions.findLastIndex((position) => position <= now)
    const to = Math.min(Math.max(at + STEPS[event.key], 0), positions.length - 1)
    this.hand.move(spec.control, positions[to])
  }

  /** @param {HandleSpec} spec @param {Spot} way */
  pushOver(spec, [right, down]) {
    const [x, y] = this.spot(spec, Math.max(this.shown.row, 0))
    this.toNearest(spec, ([left, top]) => {
      const [dx, dy] = [left - x, top - y]
      const ahead = dx * right + dy * down
      return ahead > 1 ? ahead + 2 * Math.abs(dx * down - dy * right) : Infinity
    })
  }
}

/** @param {HTMLElement} node @param {number | string} x @param {number | string} y */
function move(node, x, y) {
  tell(node, "transform", `translate(${x}px, ${y}px) translate(-50%, -50%)`)
}
