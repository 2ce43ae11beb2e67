// What moves over the curves at the screen's rate: the line at the present with its handle, and
// the curtain behind which the curves already are what is still to be shown; and the axes of what grows.

import { show } from "../../../ui/figure/js/digits.js"
import { element, find } from "../../../ui/figure/js/dom.js"

/** @import { Axis, Stage } from "../../../ui/figure/js/types.js" */
/** @import { Film } from "./film.js" */

export class Curves {
  /** @param {Stage} stage @param {Film} film */
  constructor(stage, film) {
    this.stage = stage
    this.film = film
    this.line = element("div")
    /** @type {SVGElement | null} */
    this.curtain = null
    /** @type {Record<string, number>} how far each axis reaches */
    this.tops = {}
    /** @type {number[] | null} the states for which they do */
    this.raisedFor = null
  }

  build() {
    this.line.remove()
    this.line = element("div", { class: "xent-playhead", "aria-hidden": "true" })
    this.stage.picture.after(this.line)
  }

  remove() {
    this.line.remove()
  }

  /** Plotly has the layout anew, with the axes as they were at first. */
  replotted() {
    this.tops = {}
    this.raisedFor = null
  }

  /** The line, the handle at the loss, and the curves up to the present. @param {number} loss */
  glide(loss) {
    const { film, stage } = this
    const { panels } = film.stream
    const [xaxis, yaxis] = stage.axes(panels.loss)
    const below = stage.axes(panels.accuracy)[1]
    const x = xaxis._offset + xaxis.l2p(film.cursor / film.stream.perEpoch)
    const lost = Number.isFinite(loss) ? "" : show(loss)
    const y = yaxis._offset + (lost ? 0 : yaxis.l2p(loss))
    this.line.style.transform = `translate(${x}px, ${yaxis._offset}px)`
    this.line.style.height = `${below._offset + below._length - yaxis._offset}px`
    stage.placeHandles(x, y, lost)
    this.reveal(xaxis)
  }

  /** Where the losses end, in pixels of the window. */
  get bottom() {
    const [, yaxis] = this.stage.axes(this.film.stream.panels.loss)
    return this.stage.picture.getBoundingClientRect().y + yaxis._offset + yaxis._length
  }

  /** Curves are drawn with all that is known; they are shown as far as the film has come. @param {Axis} xaxis */
  reveal(xaxis) {
    const { film, stage } = this
    const id = `${stage.message().key}-curtain`
    if (!this.curtain?.isConnected) this.curtain = this.hang(id)
    const width = Math.max(xaxis.l2p(film.furthest / film.stream.perEpoch) + 1, 0)
    this.curtain.setAttribute("width", String(width))
    const panels = Object.values(film.stream.panels).map((number) => `.subplot.x${number}y${number}`)
    for (const node of stage.picture.querySelectorAll(`:is(${panels}) .scatterlayer`)) {
      const layer = /** @type {SVGElement} */ (node)
      if (!layer.style.clipPath) layer.style.clipPath = `url(#${id})` // Plotly clears the attribute of that name
    }
  }

  /** @param {string} id */
  hang(id) {
    /** @param {string} tag @param {Record<string, any>} attributes */
    const svg = (tag, attributes) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", tag)
      for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
      return /** @type {SVGElement} */ (node)
    }
    const curtain = svg("rect", { x: -1, y: -50, height: 3000 })
    const clip = svg("clipPath", { id, clipPathUnits: "userSpaceOnUse" })
    clip.append(curtain)
    find(this.stage.picture, "defs").append(clip)
    return curtain
  }

  /** What grows beyond its axis: then the axis follows, visibly, as far as the states say. */
  raise() {
    const { film, stage } = this
    if (this.raisedFor === film.steps) return
    this.raisedFor = film.steps
    /** @type {Record<string, [number, number]>} */
    const ranges = {}
    for (const { axis, array, both } of film.stream.rises) {
      const to = Math.max(...stage.arrays()[array].values.subarray(1))
      if (this.tops[axis] !== to) ranges[`${axis}.range`] = [both ? -to : 0, to]
      this.tops[axis] = to
    }
    if (Object.keys(ranges).length) stage.relayout(ranges)
  }

  /** The values of all states: of a curve, what is not shown yet is covered (see reveal). @param {string} name */
  column(name) {
    const { about, failures } = this.film
    if (name.startsWith("failed_")) return this.mark(name, failures.map(({ step }) => step))
    if (name.startsWith("changed_")) return this.mark(name, about.rates.map(([step]) => step))
    return this.stage.arrays()[name].values.subarray(1)
  }

  /** Lines across the losses at some steps; where there are none, a line off the picture. @param {string} name @param {number[]} steps */
  mark(name, steps) {
    const epochs = steps.map((step) => step / this.film.stream.perEpoch)
    if (name.endsWith("_x")) return epochs.length ? epochs.flatMap((epoch) => [epoch, epoch, null]) : [-1, -1]
    return epochs.length ? epochs.flatMap(() => [0, 1e9, null]) : [0, 0]
  }
}
