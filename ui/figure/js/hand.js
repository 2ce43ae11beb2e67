// What the hand is doing with a figure's controls.

/**
 * What becomes of it.
 * @typedef {object} Does
 * @property {(name: string, value: number) => void} move a control goes to a value
 * @property {() => void} commit what was moved is let go
 * @property {(name: string) => boolean} touched whether a control was moved since the last commit
 */

export class Hand {
  /** @param {Does} does */
  constructor({ move, commit, touched }) {
    this.move = move
    this.commit = commit
    this.touched = touched
    /** @type {string | null} the control under the hand */
    this.grabbed = null
    this.byHandle = false
    this.keyed = false // a key is down
    this.rest = false // and has moved something
  }

  /** Whether it holds something, or has moved something by a key that the server has not been told of. */
  get busy() {
    return this.grabbed !== null || this.rest
  }

  /** @param {string} name @param {boolean} byHandle */
  grab(name, byHandle) {
    this.grabbed = name
    this.byHandle = byHandle
  }

  /** @param {string} name */
  letGo(name) {
    if (this.grabbed === name) this.grabbed = null
  }

  /** What was moved is told, if a key did not move it: that one is told of when the key is let go. @param {string} name */
  settle(name) {
    if (this.keyed) this.rest = true
    else if (this.touched(name)) this.commit()
  }

  /** A key that is held repeats: the server hears of it when it is let go. */
  keysRest() {
    this.keyed = false
    if (!this.rest) return
    this.rest = false
    this.commit()
  }
}
