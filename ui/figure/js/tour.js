// A picture that nobody has touched yet shows by itself what it is about, once.

/** @import { Travel } from "./travel.js" */
/** @import { Message } from "./types.js" */

/** @type {Map<string, number>} the tours that figures have begun, also those of a page that is left */
const begun = new Map()
/** @type {Set<Tour>} */
const tours = new Set()
let touched = false

const touch = () => {
  touched = true
  stopAll()
}
const stopAll = () => tours.forEach((tour) => tour.stop())

const listen = () => {
  for (const type of ["pointerdown", "keydown", "wheel", "touchmove"])
    document.addEventListener(type, touch, { capture: true, passive: true })
  document.addEventListener("scroll", stopAll, { capture: true, passive: true })
}
if (typeof document !== "undefined") listen()

export class Tour {
  /**
   * @param {Travel} travel @param {() => boolean} ready whether the picture is there, in sight and at rest
   * @param {(playing: boolean) => void} say say that it moves by itself, as long as it does
   */
  constructor(travel, ready, say) {
    this.travel = travel
    this.ready = ready
    this.say = say
    this.playing = false
    tours.add(this)
  }

  /** Begin it, if the message has one that is due: the first only where nothing has been touched. @param {Message} message */
  begin({ key, tour }) {
    if (!tour || tour.number <= (begun.get(key) ?? 0) || !this.ready()) return
    if (tour.number === 1 && touched) return
    begun.set(key, tour.number)
    this.travel.go(tour.way, tour.ms)
    if (!this.travel.underWay) return
    this.play(true)
    this.travel.after(() => this.play(false))
  }

  /** @param {boolean} on */
  play(on) {
    this.playing = on
    this.say(on)
  }

  /** Another message comes: it begins anew with that one, if it is still due. @param {string} key */
  interrupt(key) {
    if (!this.playing) return
    begun.delete(key)
    this.stop()
  }

  /** A touch. */
  stop() {
    if (!this.playing) return
    this.travel.stop()
    this.play(false)
  }

  remove() {
    tours.delete(this)
  }
}
