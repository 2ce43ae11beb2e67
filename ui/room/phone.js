// A phone in class: it shows what the room is asked, sends a forecast, and shows what came of it.
// It holds no session and no formula: numbers come with the room's events.

import { inApp, placeInApp } from "../base.js"
import { fill, node } from "./dom.js"
import { called } from "./results.js"
import { listen, post } from "./talk.js"

/**
 * @typedef {{ count: number, mean?: number[], said?: string[] }} Round
 * @typedef {object} Seen what may be seen of a room now (see rules.py)
 * @property {string} language
 * @property {"waiting" | "voting" | "shown" | "answered" | "away"} phase
 * @property {string} link
 * @property {number} [asked]
 * @property {number} [round]
 * @property {Record<string, string>} [text]
 * @property {Record<string, string[]>} [options]
 * @property {Round[]} [rounds]
 * @property {number} [truth]
 * @property {string[]} [bits]
 * @property {string} [paid]
 * @property {{ animal: number, number: number }} me
 */

const CHIPS = 20
const AGAIN = 1000 // ms until an answer that was not heard is sent again
const SURE = 80 // per cent, of who only taps
const boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}")
const main = /** @type {HTMLElement} */ (document.getElementById("main"))
const asked = new URLSearchParams(location.search).get("lang")
let language = boot.language

/** @param {string} key @param {Record<string, string | number>} values */
const say = (key, values = {}) => fill(boot.words[language][key], values)

/** The name that this phone has made up for itself; it says nothing of whose it is. */
function ownName() {
  const kept = localStorage.getItem("xent phone")
  if (kept && /^[0-9a-f]{32}$/.test(kept)) return kept
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const made = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
  localStorage.setItem("xent phone", made)
  return made
}

class Phone {
  /** @param {string} code */
  constructor(code) {
    this.code = code
    this.who = ownName()
    /** @type {Seen | null} */
    this.seen = null
    this.ballot = "" // of which question and vote the answer below is
    /** @type {number | null} */
    this.option = null
    this.sure = SURE
    /** @type {number[]} */
    this.chips = []
    this.spread = false
    this.status = ""
    this.following = false
    this.turn = {}
    listen(`/xent/room/${code}/events`, { "xent-who": this.who }, {
      told: (seen) => this.take(seen), lost: () => this.note(say("lost")), gone: () => this.end() })
    addEventListener("keydown", (event) => { if (event.key === "Escape" && this.following) this.follow(false) })
  }

  /** @param {Seen} seen */
  take(seen) {
    if (seen.phase === "away") return this.note(say("away"))
    const ballot = `${seen.asked}.${seen.round}`
    if (ballot !== this.ballot) {
      this.ballot = ballot
      this.option = null
      this.sure = SURE
      this.chips = (seen.options?.[Object.keys(seen.options)[0]] ?? []).map(() => 0)
    }
    this.seen = seen
    this.status = ""
    if (!asked && boot.words[seen.language] && !seen.text?.[language]) language = seen.language
    this.draw()
  }

  end() {
    main.replaceChildren(node("h1", {}, say("closed")))
  }

  /** @param {string} text */
  note(text) {
    this.status = text
    const place = document.getElementById("status")
    if (place) place.textContent = text
  }

  // -- what is drawn

  draw() {
    const { seen } = this
    if (!seen) return
    if (this.following) return this.lead()
    const parts = seen.phase === "waiting" ? [node("h1", {}, say("waiting"))] : this.question(seen)
    parts.push(node("p", { className: "said" }, say("me", { name: called(seen.me, say("animals")) })))
    if (seen.link) parts.push(node("button", { onclick: () => this.follow(true) }, say("follow")))
    const focused = document.activeElement?.id
    main.replaceChildren(...parts, node("p", { id: "status", className: "said", role: "status" }, this.status))
    if (focused) document.getElementById(focused)?.focus()
  }

  /** @param {Seen} seen @returns {HTMLElement[]} */
  question(seen) {
    const texts = seen.text ?? {}
    const spoken = language in texts ? language : Object.keys(texts)[0]
    const options = seen.options?.[spoken] ?? []
    const parts = [node("h1", {}, texts[spoken])]
    if ((seen.round ?? 1) > 1) parts.unshift(node("p", { className: "said" }, say("vote", { number: seen.round ?? 1 })))
    return [...parts, ...(seen.phase === "voting" ? this.vote(options) : this.result(seen, options))]
  }

  /** @param {string[]} options */
  vote(options) {
    const other = node("button", { onclick: () => { this.spread = !this.spread; this.draw() } }, say(this.spread ? "one" : "chips"))
    return [...(this.spread ? this.bars(options) : this.one(options)), other]
  }

  /** Name one option, and how sure one is. @param {string[]} options */
  one(options) {
    const label = node("output", {}, `${this.sure} %`)
    const slider = node("input", { type: "range", id: "sure", min: 0, max: 100, step: 1, value: this.sure })
    slider.oninput = () => { this.sure = +slider.value; label.textContent = `${this.sure} %` }
    slider.onchange = () => this.sendOne()
    const rows = options.map((option, at) => {
      const radio = node("input", { type: "radio", name: "option", id: `option ${at}`, checked: at === this.option })
      radio.onchange = () => { this.option = at; this.sendOne() }
      return node("label", {}, radio, node("span", {}, option))
    })
    return [node("fieldset", { className: "options" }, ...rows),
      node("label", { htmlFor: "sure" }, `${say("how_sure")} `, label), slider]
  }

  sendOne() {
    if (this.option !== null) this.send({ option: this.option, sure: this.sure / 100 })
  }

  /** Lay chips on the options: bars to pull. @param {string[]} options */
  bars(options) {
    const used = () => this.chips.reduce((sum, chip) => sum + chip, 0)
    const left = node("p", { role: "status" })
    const send = node("button", { className: "strong", onclick: () => this.send({ chips: this.chips }) }, say("send"))
    const update = () => {
      left.textContent = say("chips_left", { left: CHIPS - used() })
      send.disabled = used() !== CHIPS
    }
    const rows = options.map((option, at) => {
      const said = node("output", {}, String(this.chips[at]))
      const pull = node("input", { type: "range", id: `chips ${at}`, min: 0, max: CHIPS, step: 1, value: this.chips[at], ariaLabel: option })
      pull.oninput = () => {
        const others = used() - this.chips[at]
        this.chips[at] = Math.min(+pull.value, CHIPS - others)
        pull.value = this.chips[at]
        said.textContent = String(this.chips[at])
        update()
      }
      return node("label", { className: "chips" }, node("span", {}, option), said, pull)
    })
    update()
    return [left, node("div", { className: "options" }, ...rows), send]
  }

  /** @param {object} said */
  async send(said) {
    const turn = (this.turn = {}) // a later answer takes the place of one that is under way
    for (;;) {
      const status = await post(`/xent/room/${this.code}/vote`, { "xent-who": this.who }, said)
      if (turn !== this.turn) return
      if (status === 204 || status === 400 || status === 404) return this.note(say(status === 204 ? "sent" : "not_taken"))
      this.note(say(status ? "away" : "lost"))
      await new Promise((done) => setTimeout(done, AGAIN))
    }
  }

  /** @param {Seen} seen @param {string[]} options */
  result(seen, options) {
    const parts = []
    if (seen.truth !== undefined) parts.push(node("p", {}, say("answer_was", { option: options[seen.truth] })))
    if (seen.paid !== undefined) parts.push(node("p", { className: "paid" }, say("bits_paid", { bits: seen.paid })))
    const bits = seen.bits?.at(-1)
    if (bits) parts.push(node("p", {}, say("average", { bits })))
    const round = seen.rounds?.at(-1)
    if (!round?.mean) return parts
    const rows = options.map((option, at) => {
      const row = node("div", { className: at === seen.truth ? "bar true" : "bar" },
        node("span", {}, option), node("b", {}, round.said?.[at] ?? ""), node("i"))
      row.style.setProperty("--q", round.mean?.[at])
      return row
    })
    return [...parts, node("h1", {}, say("room_says")), node("div", { className: "bars" }, ...rows)]
  }

  // -- the teacher's lesson

  /** @param {boolean} on */
  follow(on) {
    this.following = on
    if (!on) main.replaceChildren()
    this.draw()
  }

  /** Offer the teacher the figure in sight, as it stands; nothing is sent before this is pressed. @param {HTMLIFrameElement} frame */
  async offer({ contentWindow: inside }) {
    if (!inside) return false
    const [path, search] = placeInApp(inside.location).split("?")
    const query = new URLSearchParams(search)
    if (!query.get("figure")) query.set("figure", figureInSight(inside))
    query.set("view", "figure")
    return await post(`/xent/room/${this.code}/offer`, { "xent-who": this.who }, { link: `${path}?${query}` }) === 204
  }

  /** Have the lesson as the teacher has it; in a frame that is there already nothing loads anew. */
  lead() {
    const link = this.seen?.link
    if (!link) return this.follow(false)
    const frame = /** @type {HTMLIFrameElement | null} */ (main.querySelector(".follow"))
    const inside = frame?.contentWindow
    if (!inside) {
      const made = node("iframe", { className: "follow", src: inApp(link), title: say("follow") })
      const mine = node("button", { onclick: async () => { mine.textContent = say(await this.offer(made) ? "offered" : "not_offered") } }, say("offer"))
      main.replaceChildren(made, node("div", { className: "ways" },
        node("button", { onclick: () => this.follow(false) }, say("follow_end")), mine))
    } else if (placeInApp(inside.location) !== link) {
      // as a link: the frame's own page would keep the view that it is in (ui/present/steps.js)
      /** @type {any} */ (inside).History.prototype.pushState.call(inside.history, null, "", inApp(link))
      inside.dispatchEvent(new PopStateEvent("popstate"))
    }
  }
}

/** A figure that the frame shows most of. @param {Window} inside */
function figureInSight({ document, innerHeight }) {
  const figures = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".xent[data-key]"))]
  const seen = figures.map((figure) => {
    const { top, bottom } = figure.getBoundingClientRect()
    return { key: figure.dataset.key ?? "", height: Math.min(bottom, innerHeight) - Math.max(top, 0) }
  })
  return seen.sort((one, other) => other.height - one.height)[0]?.key ?? ""
}

/** Ask for the code of a room. @param {string} problem */
function askCode(problem = "") {
  const field = node("input", { type: "text", id: "code", maxLength: 4, autocomplete: "off", autocapitalize: "characters", spellcheck: false })
  const form = node("form", { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); enter(field.value) } },
    node("p", {}, node("label", { htmlFor: "code" }, say("code"))), node("p", {}, field, " ", node("button", { className: "strong" }, say("enter"))))
  main.replaceChildren(node("h1", {}, say("title")), form, node("p", { role: "status" }, problem))
}

/** @param {string} code */
async function enter(code) {
  const there = code.trim().toUpperCase()
  const found = /^[A-Z]{4}$/.test(there) && await post(`/xent/room/${there}/enter`, {}, {})
  if (found !== 204) return askCode(say("wrong_code"))
  history.replaceState(null, "", inApp(`/room/${there}`) + location.search)
  new Phone(there)
}

const there = placeInApp(location).match(/^\/room\/([^/?]+)/)?.[1]
if (there) enter(there)
else askCode()
