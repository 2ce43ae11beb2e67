// How a figure moves by itself: to a preset, to where an answer leads, and on a tour. A touch ends it.

import { Tour } from "./tour.js"
import { Travel } from "./travel.js"

/** @import { Controls } from "./controls.js" */
/** @import { Picture } from "./picture.js" */
/** @import { Shown } from "./shown.js" */
/** @import { Values } from "./types.js" */

const still = matchMedia("(prefers-reduced-motion: reduce)")

export class Motion {
  /**
   * @param {HTMLElement} root @param {Shown} shown @param {Controls} controls @param {Picture} picture
   * @param {{ seen: () => boolean, busy: () => boolean }} figure whether it is in sight; whether the hand is at work
   */
  constructor(root, shown, controls, picture, { seen, busy }) {
    this.root = root
    this.shown = shown
    this.controls = controls
    this.picture = picture
    this.busy = busy
    this.drawn = { row: -1, values: /** @type {Values | null} */ (null) }
    /** @type {number[] | null} the way that is to be gone once the picture is there */
    this.coming = null
    this.travel = new Travel({ show: (row) => this.pass(row), still: () => !seen() || still.matches })
    this.tour = new Tour(this.travel, () => picture.plotted && seen() && !busy(), (playing) => this.say(playing))
    for (const type of ["pointerdown", "keydown"]) root.addEventListener(type, () => this.stop(), true)
  }

  /** @param {boolean} playing by itself, which nobody should take for their own doing */
  say(playing) {
    const { dataset } = /** @type {HTMLElement} */ (this.root.querySelector(".xent-stage"))
    if (playing) dataset.says = this.shown.message.words.touring
    else delete dataset.says
  }

  /** Whether a message has to wait: it is taken at the end of the way, and ends a tour. @param {() => void} take */
  holds(take) {
    this.tour.interrupt(this.shown.message?.key)
    if (this.travel.underWay) this.travel.after(take)
    return this.travel.underWay
  }

  /** The state is a preset's now: go there, if the table has rows for that. */
  setOut() {
    const { row, state, table } = this.shown
    if (row > 0 && this.drawn.row === 0) this.travel.go(table.preset(state)?.way ?? [])
  }

  /** The state has come from elsewhere: if what it was before is what is drawn, go on from there. */
  come() {
    const { came } = this.shown.message
    const { values } = this.drawn
    if (!came || !values || this.busy() || this.travel.still() || this.shown.row !== 0) return
    if (!Object.entries(came.before).every(([name, value]) => values[name] === value)) return
    this.coming = came.way
    this.shown.between = came.way[0] // until it is drawn, perhaps as another figure
  }

  /** The picture is there: go on to the state, or show by itself what it is about, if that is due. */
  begin() {
    const { coming } = this
    this.coming = this.shown.between = null
    if (coming) this.travel.go(coming)
    this.tour.begin(this.shown.message)
  }

  /** Show a row on the way, or, at its end, the state's. @param {number | null} row */
  pass(row) {
    this.shown.between = row
    this.root.dataset.moving = row === null ? "" : "true"
    this.controls.update()
    if (row === null) this.picture.now()
    else this.picture.request()
  }

  /** What is drawn. @param {number} row @param {Values} values */
  keep(row, values) {
    this.drawn = { row, values }
  }

  stop() {
    if (this.coming) this.coming = this.shown.between = null
    this.travel.stop()
  }

  remove() {
    this.travel.forget()
    this.tour.remove()
  }
}
