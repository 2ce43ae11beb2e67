// The teacher's bar in class: it opens a room, puts the page's questions to it, and shows what
// comes. One for the whole app: it stays while lessons change. Its secret is the browser's own.

import { inApp, placeInApp } from "../base.js"
import { fill, node } from "./dom.js"
import { results } from "./results.js"
import { students } from "./students.js"
import { listen, post } from "./talk.js"

/**
 * @typedef {{ place: string, text: Record<string, string>, options: Record<string, string[]>, truth?: number | null }} Question
 * @typedef {{ language: string, questions: Question[], words: Record<string, string>, css: string }} Given
 * @typedef {{ code: string, secret: string }} Held
 */

const KEPT = "xent room"
const THEME = ["text", "background", "primary", "border"].map((part) => `--st-${part}-color`)
const LEAD_EVERY = 300 // ms: how often those who follow are told where the teacher is

class Panel {
  /** @param {Given} given */
  constructor(given) {
    this.given = given
    /** @type {import("./results.js").Seen | null} */
    this.seen = null
    /** @type {Held | null} */
    this.held = null
    this.chosen = 0
    this.inSight = "" // the place of the question that was last seen
    this.trouble = ""
    this.own = this.leads = false
    this.led = ""
    this.opener = node("button", { className: "xent-class-open", onclick: () => this.show(true) })
    this.bar = node("section", { className: "xent-class", hidden: true })
    this.code = node("div", { className: "xent-class-row" })
    this.status = node("p", { role: "status" })
    document.body.append(this.opener, this.bar, node("link", { rel: "stylesheet", href: inApp(given.css) }))
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null")
    if (kept && window === window.top) this.enter(kept) // a student's picture in a frame leads nobody
    setInterval(() => { this.lead(); this.look() }, LEAD_EVERY)
  }

  /** @param {string} key @param {Record<string, string | number>} values */
  say = (key, values = {}) => fill(this.given.words[key], values)

  /** @param {Given} given */
  take(given) {
    this.given = given
    this.opener.textContent = this.say("open")
    this.bar.ariaLabel = this.say("open")
    if (!this.bar.hidden) this.draw()
  }

  // -- the room

  async open() {
    const answer = await fetch(inApp("/xent/room"), { method: "POST", body: JSON.stringify({ language: this.given.language }) })
    if (!answer.ok) return this.tell((await answer.json()).refused)
    const held = await answer.json()
    localStorage.setItem(KEPT, JSON.stringify(held))
    this.enter(held)
    this.show(true)
  }

  /** @param {Held} held */
  async enter(held) {
    this.held = held
    listen(`/xent/room/${held.code}/events`, { "xent-secret": held.secret }, {
      told: (seen) => this.told(seen),
      lost: () => this.tell("…"), gone: () => this.forget() })
    const picture = await fetch(inApp(`/xent/room/${held.code}/qr.svg?at=${encodeURIComponent(inApp("/"))}`))
    if (picture.ok) this.showCode(held, await picture.text(), picture.headers.get("xent-joined-at") ?? "")
  }

  /** @param {import("./results.js").Seen} seen */
  told(seen) {
    if (seen.phase === "away") return this.tell(this.say("away"))
    this.seen = seen
    this.trouble = ""
    this.draw()
  }

  /** @param {Held} held @param {string} svg @param {string} address */
  showCode(held, svg, address) {
    const qr = node("button", { className: "xent-class-qr", innerHTML: svg, ariaLabel: "QR" })
    qr.onclick = () => qr.classList.toggle("large")
    this.code.replaceChildren(qr, node("span", {}, this.say("join", { address })),
      node("span", { className: "xent-class-code" }, held.code))
    this.draw()
  }

  forget() {
    localStorage.removeItem(KEPT)
    this.held = this.seen = null
    this.show(false)
  }

  /** @param {boolean} on */
  show(on) {
    this.bar.hidden = !on
    this.opener.hidden = on
    if (on) this.draw()
  }

  /** @param {string} name @param {any} said */
  async do(name, said = null) {
    if (!this.held) return
    const status = await post(`/xent/room/${this.held.code}/lead`, { "xent-secret": this.held.secret }, { do: name, said })
    if (status !== 204) this.tell(this.say("trouble", { why: status }))
  }

  /** @param {string} trouble */
  tell(trouble) {
    this.trouble = trouble
    this.status.textContent = trouble
  }

  /** Those who follow are led to this page, as it stands once it has been let go. */
  lead() {
    const here = this.leads ? placeInApp(location) : ""
    if (!this.held || here === this.led) return
    this.led = here
    this.do("lead", here)
  }

  /** The question that is offered is the one in sight, a slide's too, unless another is chosen. */
  look() {
    if (this.bar.hidden || this.own || !this.held) return
    const end = this.bar.getBoundingClientRect().top
    const at = this.given.questions.findIndex(({ place }) => seen(document.querySelector(`.${place} [role=radiogroup]`), end))
    if (at < 0 || this.given.questions[at].place === this.inSight) return
    this.inSight = this.given.questions[at].place
    this.chosen = at
    this.draw()
  }

  async end() {
    if (!this.held || !confirm(this.say("end_sure"))) return
    await post(`/xent/room/${this.held.code}/end`, { "xent-secret": this.held.secret }, {})
    this.forget()
  }

  async save() {
    if (!this.held) return
    const answer = await fetch(inApp(`/xent/room/${this.held.code}/record.csv`), { headers: { "xent-secret": this.held.secret } })
    const link = node("a", { href: URL.createObjectURL(await answer.blob()), download: `${this.held.code}.csv` })
    link.click()
    URL.revokeObjectURL(link.href)
  }

  // -- what is drawn

  draw() {
    const { seen } = this
    const phase = seen?.phase ?? "waiting"
    const focused = document.activeElement?.id
    this.status.textContent = this.trouble
    if (!this.held) return this.bar.replaceChildren(node("p", {}, this.say("open_what")),
      this.row(this.button("open_now", () => this.open()), this.button("hide", () => this.show(false))), this.status)
    this.bar.replaceChildren(
      this.row(this.code, this.count(seen), this.button("hide", () => this.show(false)), this.button("close", () => this.end())),
      this.own ? this.ownQuestion() : this.row(this.choice(), this.button("ask", () => this.ask()), this.button("own", () => { this.own = true; this.draw() })),
      this.row(
        this.button("show_votes", () => this.do("show_votes"), phase === "voting"),
        this.button("again", () => this.do("again"), phase === "shown"),
        this.button("show_answer", () => this.do("show_answer"), phase === "voting" || phase === "shown"),
        this.toggle("lead", this.leads, () => { this.leads = !this.leads; this.lead(); this.draw() }),
        this.button("pictures", () => this.held && students(this.held, this.say), Boolean(seen?.offered), seen?.offered),
        this.toggle("board", Boolean(seen?.board), () => this.do("board", !seen?.board)),
        this.button("record", () => this.save())),
      ...(seen ? results(seen, this.given.language, this.say) : []),
      this.status)
    if (focused) document.getElementById(focused)?.focus()
  }

  /** @param {import("./results.js").Seen | null} seen */
  count(seen) {
    const text = seen?.count === undefined ? "" : this.say("answered", { count: seen.count })
    return node("span", { className: "xent-class-count", role: "status" }, text)
  }

  /** @param {Node[]} parts */
  row = (...parts) => node("div", { className: "xent-class-row" }, ...parts)

  /** @param {string} key @param {() => void} onclick @param {boolean} able @param {number} [count] of what is behind it */
  button = (key, onclick, able = true, count = 0) =>
    node("button", { id: `class ${key}`, type: "button", onclick, disabled: !able }, this.say(key) + (count ? ` (${count})` : ""))

  /** @param {string} key @param {boolean} on @param {() => void} onclick */
  toggle = (key, on, onclick) => Object.assign(this.button(key, onclick), { ariaPressed: String(on) })

  choice() {
    const options = this.given.questions.map(({ text }, at) => node("option", { value: at, selected: at === this.chosen }, Object.values(text)[0]))
    const select = node("select", { id: "class question", ariaLabel: this.say("question") }, ...options)
    select.onchange = () => { this.chosen = +select.value }
    return select
  }

  ask() {
    const { text, options, truth } = this.given.questions[this.chosen] ?? this.given.questions[0] ?? {}
    if (text) this.do("ask", { text, options, truth })
  }

  /** A question that the teacher types. */
  ownQuestion() {
    const text = node("textarea", { id: "class own text", rows: 2, required: true, maxLength: 600 })
    const options = node("textarea", { id: "class own options", rows: 3, required: true })
    const truth = node("input", { id: "class own truth", type: "number", min: 1, max: 10 })
    const said = (/** @type {string} */ key, /** @type {HTMLElement} */ field) => node("label", {}, this.say(key), node("br"), field)
    return node("form", { onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault()
      const { language } = this.given
      const lines = options.value.split("\n").map((/** @type {string} */ line) => line.trim()).filter(Boolean)
      this.own = false
      this.do("ask", { text: { [language]: text.value }, options: { [language]: lines }, truth: truth.value ? +truth.value - 1 : null })
      this.draw()
    } }, said("own_text", text), said("own_options", options), said("own_truth", truth),
    this.row(node("button", {}, this.say("ask")), this.button("hide", () => { this.own = false; this.draw() })))
  }
}

/** Whether an element is shown, and above `end` in the window. @param {Element | null} node @param {number} end */
function seen(node, end) {
  const { top, bottom, height } = node?.getBoundingClientRect() ?? { top: 0, bottom: 0, height: 0 }
  return height > 0 && bottom > 0 && top < end
}

/** @type {Panel | null} */
let panel = null

/** @param {{ data: Given, parentElement: HTMLElement }} component */
export function mount({ data, parentElement }) {
  // the bar stands outside the component, in which alone the theme's colours are known
  const known = getComputedStyle(parentElement)
  for (const name of THEME) document.body.style.setProperty(name, known.getPropertyValue(name))
  panel ??= new Panel(data)
  panel.take(data)
}
