// The picture: Plotly draws it, first in full, then animated from row to row.

import { forgetArrays } from "./arrays.js"
import { element } from "./dom.js"
import { byTrace, dress, enlarge, fitted, legible, letters, place, roomOf, scaleOf, smallest,
  themeColours } from "./layout.js"

/** @import { Room } from "./layout.js" */
/** @import { Shown } from "./shown.js" */
/** @import { Drawn } from "./types.js" */

/**
 * What follows from drawing.
 * @typedef {object} Follows
 * @property {(waiting: boolean) => void} status whether the table has no row for the state
 * @property {(row: number) => void} drawn the picture shows a row
 * @property {() => void} replotted it was made anew: what Plotly does not draw is to be told again
 * @property {() => void} moved the axes have other places
 * @property {(trace: number, point: number) => void} pointed at a mark, or, with -1, at none any more
 */

/**
 * Animating to a frame of no duration leaves axes, ticks and titles alone: half the time of a
 * restyle, which besides forgets that an axis was one of categories (benchmarks/bench_live.py).
 * Plotly can do so for these types; an axis whose range has to follow its data it cannot.
 */
const ANIMATED = ["bar", "scatter"]
const AT_ONCE = { mode: "immediate", frame: { duration: 0, redraw: false }, transition: { duration: 0 } }
const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false }

/** @param {any} layout @param {Room} room */
const fitting = (layout, room) => JSON.stringify([layout, letters(room), room.least])

/**
 * Have the letters of a part of the figure as large as its room asks for, and all else with them.
 * @template T @param {T} part @param {Room} room @returns {T}
 */
const readable = (part, room) => enlarge(legible(part, smallest(room)), scaleOf(room))

export class Picture {
  /** @param {HTMLElement} root @param {Shown} shown @param {Follows} follows */
  constructor(root, shown, follows) {
    this.root = root
    this.shown = shown
    this.follows = follows
    const node = element("div", { class: "xent-picture", role: "img" })
    this.node = /** @type {Drawn} */ (/** @type {unknown} */ (node))
    /** @type {any} */
    this.Plotly = null // until it is loaded
    this.plotted = false
    this.frame = 0
    this.stale = false
    this.figure = this.theme = this.gapsDrawn = ""
    this.width = 0
    this.fitted = "" // how the layout was fitted to its room
    /** @type {ReturnType<typeof byTrace>} */
    this.bound = []
    this.fast = false
    this.resize = this.resize.bind(this)
    this.resized = new ResizeObserver(this.resize)
    window.addEventListener("resize", this.resize)
  }

  /** The figure of another message. */
  take() {
    const { binds, figure } = this.shown.message
    this.bound = byTrace(binds)
    this.fast = this.bound.every(({ trace }) => ANIMATED.includes(figure.data[trace].type))
  }

  /** Draw at once if this frame has no picture yet, else in the next frame. */
  request() {
    if (this.frame) {
      this.stale = true
      return
    }
    this.draw()
    this.frame = requestAnimationFrame(() => this.next())
  }

  /** Draw in this very moment. */
  now() {
    cancelAnimationFrame(this.frame)
    this.frame = 0
    this.stale = false
    this.request()
  }

  next() {
    this.frame = 0
    if (!this.stale) return
    this.stale = false
    this.request()
  }

  /** @returns {void} */
  draw() {
    if (!this.plotted) return
    const { row } = this.shown
    this.follows.status(row < 0)
    if (row < 0) return
    if (this.gaps(row) !== this.gapsDrawn) return void this.plot()
    /** @type {Record<string, any>[]} the still ones too: Plotly sorts what it animates */
    const fields = this.shown.message.figure.data.map(() => ({}))
    for (const { trace, binds } of this.bound)
      for (const { field, array } of binds) fields[trace][field] = this.shown.field(array, row)
    if (this.fast) {
      this.Plotly.animate(this.node, { data: fields, traces: fields.map((_, i) => i) }, AT_ONCE).catch(() => {})
      this.outline()
    } else this.redraw(fields)
    this.follows.drawn(row)
  }

  /** Plotly gives a bar of no height no outline, but only in a full draw: others may be so now. */
  outline() {
    for (const path of this.node.querySelectorAll(".barlayer .point > path")) {
      const bar = /** @type {any} */ (path)
      const trace = bar.parentNode.parentNode.parentNode.__data__?.[0]?.trace
      const width = `${bar.__data__?.isBlank ? 0 : trace?.marker?.line?.width ?? 0}px`
      if (bar.style.strokeWidth !== width) bar.style.strokeWidth = width
    }
  }

  /** For traces that Plotly cannot animate, such as a heat map: about twice the time. @param {Record<string, any>[]} traces */
  redraw(traces) {
    traces.forEach((fields, i) => {
      for (const [path, value] of Object.entries(fields)) place(this.node.data[i], path, value)
    })
    this.Plotly.redraw(this.node)
  }

  /** Draw all of it anew, if more than its numbers is new. @returns {Promise<void>} */
  async plot() {
    const { message } = this.shown
    const room = roomOf(this.node)
    const layout = fitted(message.figure.layout, room, window.innerHeight)
    this.fitted = fitting(layout, room)
    const colours = themeColours(this.root)
    this.theme = JSON.stringify(colours)
    const full = readable(dress(structuredClone(layout), colours, letters(room)), room)
    full.height = Math.round(scaleOf(room) * layout.height)
    if (room.width) full.width = room.width
    const row = Math.max(this.shown.row, 0) // of a state that the table lacks, the one it was made for
    this.gapsDrawn = this.gaps(row)
    const figure = JSON.stringify([message.figure.data, full, this.sizes(row), this.gapsDrawn])
    if (this.plotted && figure === this.figure) return this.draw()
    this.figure = figure
    this.node.style.minHeight = room.height ? "" : `${full.height}px`
    forgetArrays()
    await this.Plotly.newPlot(this.node, this.filled(row), full, CONFIG)
    this.listen()
    this.plotted = true
    this.follows.replotted()
  }

  /**
   * The traces with their numbers. Plotly gives colours and patterns to what is there at a first
   * draw, not to what joins them in an animation: so a first draw has all of it.
   * @param {number} row
   */
  filled(row) {
    const data = readable(structuredClone(this.shown.message.figure.data), roomOf(this.node))
    for (const { trace, binds } of this.bound)
      for (const { field, array } of binds) place(data[trace], field, this.shown.field(array, row))
    return data
  }

  /** Where bars with a text have none: in an animation Plotly gives none to a bar that comes. @param {number} row */
  gaps(row) {
    const { data } = this.shown.message.figure
    const labelled = this.bound.filter(({ trace, binds }) =>
      data[trace].type === "bar" && binds.some(({ field }) => field === "text"))
    return labelled.flatMap(({ binds }) => binds.filter(({ field }) => field !== "text"))
      .map(({ array }) => Array.from(this.shown.field(array, row), (x) => (Number.isNaN(x) ? "-" : "+")).join("")).join()
  }

  /** How many numbers each trace has: with other classes, another picture. @param {number} row */
  sizes(row) {
    return this.bound.map(({ binds }) => binds.map(({ array }) => this.shown.field(array, row)?.length))
  }

  /** Plotly forgets who listens when it draws anew. */
  listen() {
    /** @param {{ points: { curveNumber: number, pointNumber: number }[] }} event */
    const point = ({ points: [hit] }) => this.follows.pointed(hit.curveNumber, hit.pointNumber)
    this.node.on("plotly_hover", point)
    this.node.on("plotly_click", point)
    this.node.on("plotly_unhover", () => this.follows.pointed(-1, -1))
  }

  retheme() {
    if (this.plotted && JSON.stringify(themeColours(this.root)) !== this.theme) this.plot()
  }

  observeSize() {
    this.resized.disconnect()
    this.resized.observe(this.node)
  }

  resize() {
    const room = roomOf(this.node)
    const { width } = room
    if (!this.plotted || !width) return
    const layout = fitted(this.shown.message.figure.layout, room, window.innerHeight)
    const other = fitting(layout, room) !== this.fitted
    if (!other && width === this.width) return
    this.width = width
    this.follows.moved()
    if (other) this.plot()
    else this.Plotly.relayout(this.node, { width }).then(() => this.draw())
  }

  remove() {
    this.resized.disconnect()
    window.removeEventListener("resize", this.resize)
    if (this.plotted) this.Plotly.purge(this.node)
  }
}
