// A picture on its way: rows of the table one after the other, each for the same time, and then
// the state's own. They lie so that a way eases out (see ways.py); here only the time is told.

/**
 * What a way needs.
 * @typedef {object} Needs
 * @property {(row: number | null) => void} show a row, or the state's own again: then for good, and at once
 * @property {() => boolean} still whether nothing may move by itself
 * @property {() => number} [now] in ms
 * @property {(next: () => void) => number} [frame] call back with the next frame
 * @property {(frame: number) => void} [cancel]
 */

export const MS = 350

export class Travel {
  /** @param {Needs} needs */
  constructor({ show, still, now = () => performance.now(), frame = (next) => requestAnimationFrame(next),
    cancel = (one) => cancelAnimationFrame(one) }) {
    this.show = show
    this.still = still
    this.now = now
    this.frame = frame
    this.cancel = cancel
    /** @type {number[]} */
    this.rows = []
    this.start = this.ms = this.asked = 0
    this.seen = -1
    /** @type {(() => void) | null} what is to be done at the end */
    this.then = null
  }

  get underWay() {
    return this.rows.length > 0
  }

  /** Go through rows, if there are any, and end in the state's. @param {number[]} rows @param {number} [ms] */
  go(rows, ms = MS) {
    this.cancel(this.asked)
    this.rows = this.still() ? [] : rows
    this.ms = ms
    this.start = this.now()
    this.seen = -1
    if (this.underWay) this.next()
  }

  next() {
    const at = Math.floor((this.now() - this.start) / this.ms * this.rows.length)
    if (at >= this.rows.length) return this.stop()
    if (this.rows[at] !== this.seen) this.show((this.seen = this.rows[at]))
    this.asked = this.frame(() => this.next())
  }

  /** Be at the end at once. */
  stop() {
    if (!this.underWay) return
    this.forget()
    this.show(null)
    const { then } = this
    this.then = null
    then?.()
  }

  /** Be nowhere any more. */
  forget() {
    this.cancel(this.asked)
    this.rows = []
  }

  /** Do something at the end of the way; what was to be done there before is not done any more. @param {() => void} then */
  after(then) {
    this.then = then
  }
}
