// Where a plan lies in the browser: the reader's own is kept; one that is shown belongs to its tab,
// with the station that has been come to. One that is shown and is the reader's own stays so.

import { read, write } from "./plan.js"

/** @import { Station } from "./plan.js" */
/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Place */

const KEPT = "xent plan"
const SHOWN = "xent plan shown"

export class Shelf {
  /** @param {string[]} lessons those that there are @param {Place} kept @param {Place} shown */
  constructor(lessons, kept = localStorage, shown = sessionStorage) {
    this.lessons = lessons
    this.kept = kept
    this.shown = shown
    const [, at, text = ""] = /^(\d+) (.*)$/.exec(shown.getItem(SHOWN) ?? "") ?? []
    const plan = read(text, lessons)
    this.station = plan && plan[+at] ? +at : -1
    /** @type {Station[]} the one that is shown, else the reader's own */
    this.plan = (this.station >= 0 && plan) || this.ownPlan()
    this.own = write(this.plan) === write(this.ownPlan())
  }

  ownPlan() {
    return read(this.kept.getItem(KEPT) ?? "", this.lessons) ?? []
  }

  /** Show a plan that a link brings; false if it is none. @param {string} text */
  open(text) {
    const plan = read(text, this.lessons)
    if (!plan) return false
    this.own = text === write(this.ownPlan())
    this.plan = plan
    this.go(0)
    return true
  }

  /** Be at a station. @param {number} station */
  go(station) {
    this.station = station
    this.save()
  }

  /** Have another plan; which station one is at is as it was, if it is still there. @param {Station[]} plan */
  put(plan) {
    const here = this.plan[this.station]
    this.plan = plan
    this.station = here ? plan.indexOf(here) : -1
    this.save()
  }

  /** Show no plan any more: the reader's own is there again. */
  end() {
    this.station = -1
    this.save()
    this.plan = this.ownPlan()
    this.own = true
  }

  save() {
    const text = write(this.plan)
    if (this.own) this.kept.setItem(KEPT, text)
    if (this.station >= 0) this.shown.setItem(SHOWN, `${this.station} ${text}`)
    else this.shown.removeItem(SHOWN)
  }
}
