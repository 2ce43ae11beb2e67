// The present view: one figure, its question and its controls, alone on the screen, for a class. It
// is a matter of the browser's: style (present.css), marks on what is seen (slides.js), the address
// (address.js). One for the whole app: it stays while lessons change, as a plan leads through them.

import { inApp } from "../base.js"
import { element, tell } from "../figure/js/dom.js"
import { foldsOf, planOf, stateOf, viewOf } from "./address.js"
import { Help } from "./help.js"
import { actionOf } from "./keys.js"
import { write } from "./plan.js"
import { Shelf } from "./shelf.js"
import { arrival, complete, figureInSight, figureOf, figures, foldOf, isFold, mark, neighbour, questionsOf,
  verdictOn, watch } from "./slides.js"
import { Steps } from "./steps.js"

/** @import { View } from "./address.js" */
/** @import { Action } from "./keys.js" */
/** @import { Station } from "./plan.js" */

/**
 * @typedef {object} Given what the server says (see panel.py)
 * @property {string} language
 * @property {string} page the page's name in the address
 * @property {Record<string, string>} lessons their titles, by their names, the first page's first
 * @property {Record<string, string>} words
 * @property {string} css
 * @property {string} slide the style of a slide
 */

const TYPED = "input:not([type=radio], [type=range], [type=checkbox], [type=button]), textarea, select, [contenteditable]"
const CHOSEN_BY_KEYS = "button:focus-visible, summary:focus-visible, a:focus-visible, input:not(:checked):focus-visible"

export class Present {
  /** @param {Given} given */
  constructor(given) {
    this.given = given
    const { pathname } = location
    this.root = given.page ? pathname.slice(0, -given.page.length) : pathname.replace(/\/?$/, "/")
    /** @type {View | null} */
    this.view = null
    /** @type {string | null} the folds of this page that were open before it was unfolded */
    this.folds = null
    this.page = ""
    /** @type {Record<string, number>} which of its questions each figure is shown with */
    this.asked = {}
    this.shelf = new Shelf(Object.keys(given.lessons))
    this.opener = element("button", { class: "xent-present-open", type: "button", onclick: () => this.enter() })
    this.place = element("output", {})
    this.bar = element("div", { class: "xent-present-bar" })
    this.curtain = element("div", { class: "xent-present-curtain", onclick: () => this.hide(), hidden: "hidden" })
    this.help = new Help(this)
    document.body.append(this.opener, this.bar, this.curtain, this.help.node,
      element("link", { rel: "stylesheet", href: inApp(given.css) }))
    this.style = element("link", { rel: "stylesheet", href: inApp(given.slide), media: "not all" })
    document.head.append(this.style)
    this.steps = new Steps(() => this.view)
    window.addEventListener("keydown", (event) => this.press(event), true)
    window.addEventListener("popstate", () => this.arrive())
    this.watching = watch(() => this.look())
    this.arrive()
  }

  /** @param {Given} given */
  take(given) {
    this.given = given
    /** @param {string} sign @param {string} label @param {() => void} does */
    const button = (sign, label, does) => element("button", { type: "button", title: label, "aria-label": label, onclick: does }, sign)
    this.opener.textContent = this.say("open")
    this.opener.title = this.say("open_how")
    const room = () => /** @type {HTMLElement | null} */ (document.querySelector(".xent-class-open"))?.click()
    this.bar.replaceChildren(this.place, button("▦", this.say("in_class"), room), button("?", this.say("help"), () => this.explain()),
      button("✕", this.say("leave"), () => this.leave()))
    this.look()
  }

  /** @param {string} key @param {Record<string, string | number>} values */
  say = (key, values = {}) => this.given.words[key].replace(/\{\{(\w+)\}\}/g, (_, name) => String(values[name]))

  // -- the address

  /** The address says how the page is seen: after Back, with a link, when it is loaded. */
  arrive() {
    const plan = planOf(location.search)
    if (this.page !== location.pathname) this.folds = null
    this.page = location.pathname
    if (plan === null) this.turnTo(viewOf(location.search))
    else if (this.shelf.open(plan)) this.openStation(0)
    else {
      this.turnTo(null)
      this.help.open(this.say("bad_plan"))
    }
  }

  /** See the page in another way, from now on. @param {View | null} view */
  turnTo(view) {
    this.view = view
    history.replaceState(history.state, "")
    this.look()
  }

  // -- into the view, and out of it

  enter() {
    const figure = figureInSight()
    if (!figure) return
    history.pushState(null, "")
    this.turnTo({ kind: "present", figure: figure.dataset.key ?? "" })
  }

  async leave() {
    const { figure, folds } = this
    const key = figure?.dataset.key ?? ""
    this.turnTo(null)
    if (folds !== null) {
      const own = figure ? foldOf(figure, this.given.page) : ""
      this.steps.fold([...folds.split(","), own].filter(Boolean).join(","))
      await arrival(this.steps.left)
      this.folds = null
    }
    figureOf(key)?.scrollIntoView({ block: "center" })
  }

  // -- what is seen

  /** The figure that is shown; null before it is there. */
  get figure() {
    return this.view && figureOf(this.view.figure)
  }

  /** The page has changed, or the view: mark what is to be seen now. */
  look() {
    const { view } = this
    const { dataset } = document.documentElement
    this.watching(view !== null)
    tell(this.style, "media", view ? "all" : "not all")
    if (!view) delete dataset.view
    else if (dataset.view !== view.kind) dataset.view = view.kind
    if (view && !this.figure && complete(this.steps.left)) { // the page has no such figure: its first one
      const [first] = figures()
      if (first) return this.turnTo({ ...view, figure: first.dataset.key ?? "" })
    }
    mark(this.parts())
    const { station, plan } = this.shelf
    const place = view && station >= 0 ? this.say("place", { at: station + 1, count: plan.length }) : ""
    tell(this.place, "textContent", place)
    document.documentElement.toggleAttribute("data-station", place !== "")
  }

  parts() {
    const { figure } = this
    /** @type {Map<HTMLElement, string>} */
    const parts = new Map()
    if (!figure) return parts
    parts.set(figure, "figure")
    const question = this.view?.kind === "present" ? this.question(figure) : null
    const verdict = question && verdictOn(question)
    if (question) parts.set(question, "question")
    if (verdict) parts.set(verdict, "verdict")
    return parts
  }

  /** The question that a figure is shown with: the first that is open, or the one turned to. @param {HTMLElement} figure */
  question(figure) {
    const questions = questionsOf(figure)
    if (!questions.length) return null
    const key = figure.dataset.key ?? ""
    const open = questions.findIndex((one) => !verdictOn(one))
    this.asked[key] ??= open < 0 ? questions.length - 1 : open
    return questions[this.asked[key] % questions.length]
  }

  // -- what is done

  /** @param {KeyboardEvent} event */
  press(event) {
    const framed = this.view?.kind === "figure" && window !== window.top
    if (framed || document.querySelector("dialog[open]")) return
    const [target] = event.composedPath()
    const on = (/** @type {string} */ selector) => target instanceof Element && target.matches(selector)
    const action = actionOf(event, { presenting: this.view !== null, typing: on(TYPED), pressing: on(CHOSEN_BY_KEYS) })
    if (!action || this.do(action) === false) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }

  /** Do something; false where there is nothing to do: the key may be another's. @param {Action} action */
  do(action) {
    return this.curtain.hidden ? this[action]() : this.hide()
  }

  next() {
    this.turn(1)
  }

  back() {
    this.turn(-1)
  }

  /** @param {1 | -1} way */
  async turn(way) {
    const { figure, shelf } = this
    const { dataset } = document.documentElement
    if (shelf.station >= 0) return this.openStation(shelf.station + way)
    if (!figure || dataset.turning) return // a fold is being opened on the way
    /** @type {HTMLElement | null} */
    let other = neighbour(figure, way)
    if (other && isFold(other)) {
      dataset.turning = "true"
      this.folds ??= foldsOf(location.search)
      this.steps.fold("all")
      await arrival(this.steps.left)
      other = this.figure ? neighbour(this.figure, way) : null
      delete dataset.turning
    }
    if (other && !isFold(other) && this.view) this.turnTo({ kind: "present", figure: other.dataset.key ?? "" })
  }

  /** Show the answer to what is chosen, else turn to the next question. */
  show() {
    const { figure } = this
    const question = figure && this.question(figure)
    const button = question?.querySelector('[class*="st-key-xent-show-"] button:not([disabled])')
    if (button instanceof HTMLElement) return button.click()
    if (question?.querySelector("input:checked") && !verdictOn(question)) return // the server has still to hear of it
    if (!figure || questionsOf(figure).length < 2) return false
    this.asked[figure.dataset.key ?? ""] += 1
    return this.look()
  }

  reset() {
    const buttons = [...this.figure?.querySelectorAll("button") ?? []]
    const button = buttons.find(({ textContent }) => textContent === this.say("reset"))
    return button ? button.click() : false
  }

  /** Go back to the state before the last change, whatever figure it was of. */
  undo() {
    this.steps.undo()
  }

  hide() {
    this.curtain.hidden = !this.curtain.hidden
  }

  explain() {
    this.help.open()
  }

  // -- a plan

  /** The figure that is seen now, with its state. @returns {Station | null} */
  here() {
    const name = location.pathname.slice(this.root.length) || Object.keys(this.given.lessons)[0]
    const figure = this.view?.figure || figureInSight()?.dataset.key
    return figure ? { lesson: name, figure, query: stateOf(location.search) } : null
  }

  /** @param {number} at */
  openStation(at) {
    const station = this.shelf.plan[at]
    if (!station) return
    this.shelf.go(at)
    const query = new URLSearchParams(station.query)
    query.set("lang", this.given.language)
    this.view = { kind: "present", figure: station.figure }
    delete this.asked[station.figure]
    this.steps.go(`${this.pathOf(station.lesson)}?${query}`)
  }

  /** @param {string} lesson */
  pathOf = (lesson) => this.root + (lesson === Object.keys(this.given.lessons)[0] ? "" : lesson)

  planLink() {
    return `${location.origin}${this.root}?lang=${this.given.language}&plan=${write(this.shelf.plan)}`
  }
}

/** @type {Present | null} */
let present = null

/** @param {{ data: Given }} component */
export function mount({ data }) {
  present ??= new Present(data)
  present.take(data)
}
