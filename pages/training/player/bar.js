// The player's bar, the chosen sample's, the clock and the notice: its elements and what they say.

import { inApp } from "../../../ui/base.js"
import { fill, parse } from "../../../ui/figure/js/digits.js"
import { all, element, find } from "../../../ui/figure/js/dom.js"
import { rerunPage } from "../../../ui/figure/js/server.js"

/** @import { Stage } from "../../../ui/figure/js/types.js" */
/** @import { Failure, Film } from "./film.js" */

/**
 * What the bar is for.
 * @typedef {object} Does
 * @property {() => void} toggle play or pause
 * @property {(steps: number) => void} forward
 * @property {() => void} restart
 * @property {(rate: number) => void} change the learning rate
 * @property {(sample: number) => void} choose a sample
 */

export class Bar {
  /** @param {Stage} stage @param {Film} film @param {Does} does */
  constructor(stage, film, does) {
    this.stage = stage
    this.film = film
    this.does = does
    /** @type {HTMLElement | null} */
    this.node = null
    this.play = element("button")
    this.rate = element("input")
    this.speed = element("select")
    this.clock = element("span")
    this.notice = element("div")
    this.sample = element("input")
    this.glyph = element("canvas")
    this.sampleWord = element("span")
    /** @type {number | null} the rate that the field shows, if it shows one */
    this.rateShown = null
    /** @type {string | null} the failures that the notice tells */
    this.said = null
  }

  /** Whether the figure still has these elements: it builds anew what bears words. */
  get stands() {
    return this.stage.root.contains(this.node)
  }

  get words() {
    return this.stage.message().words
  }

  build() {
    const { film: { stream }, does, words } = this
    const grid = find(this.stage.root, ".xent-grid")
    grid.classList.add("xent-played")
    this.rateShown = this.said = null
    this.play = this.button("play", does.toggle)
    this.play.classList.add("xent-play")
    this.rate = element("input", { type: "text", inputmode: "decimal", class: "xent-field",
      "aria-label": words.rate_now, autocomplete: "off", onchange: () => this.typeRate() })
    this.speed = element("select", { class: "xent-select", "aria-label": words.speed,
      onchange: () => { this.film.speed = this.film.chosenSpeed = +this.speed.value } },
      ...stream.speeds.map(({ label, value }) => element("option", { value }, label)))
    this.speed.value = String(this.film.speed)
    this.clock = element("span", { class: "xent-clock" })
    this.notice = element("div", { class: "xent-notice", role: "status" })
    this.node = element("div", { class: "xent-player", role: "group", "aria-label": words.player },
      this.play, this.button("one_step", () => does.forward(1)),
      this.button("one_epoch", () => does.forward(this.film.stream.perEpoch)),
      this.button("restart", does.restart),
      element("label", {}, words.speed, this.speed),
      element("label", {}, words.rate_now, this.rate), element("span", { class: "xent-turns" }, ...this.arrows()),
      this.clock)
    const controls = element("div", { class: "xent-film" }, find(grid, ".xent-controls"))
    grid.prepend(this.node, controls, this.notice)
    find(grid, ".xent-stage").after(this.samples())
    this.files(find(grid, ".xent-tools"))
  }

  /** @param {string} name @param {() => void} does */
  button(name, does) {
    return element("button", { type: "button", title: this.words.keys_hint,
      onclick: (/** @type {MouseEvent & { currentTarget: HTMLElement }} */ { currentTarget, detail }) => {
        if (detail) currentTarget.blur() // pressed by a pointer: the keys are the player's again
        does()
      } }, this.words[name])
  }

  /** Twice and half the rate, by a click. */
  arrows() {
    /** @param {string} label @param {number} factor @param {string} name */
    const turn = (label, factor, name) => element("button", { type: "button", class: "xent-turn", "aria-label": name,
      onclick: () => this.change(Math.min(this.film.about.rate * factor, this.film.stream.mostRate)) }, label)
    return [turn("÷2", 0.5, this.words.halve_rate), turn("×2", 2, this.words.double_rate)]
  }

  samples() {
    const { film, words } = this
    this.sample = element("input", { type: "number", min: 0, max: film.stream.count - 1, step: 1,
      class: "xent-field", "aria-label": words.sample, onchange: () => this.does.choose(+this.sample.value) })
    this.glyph = element("canvas", { class: "xent-glyph", width: 8, height: 8, "aria-hidden": "true" })
    this.sampleWord = element("span", {})
    return element("div", { class: "xent-sample" }, element("label", {}, words.sample, this.sample),
      ...(this.stage.arrays().images ? [this.glyph] : []), this.sampleWord)
  }

  /** What one takes home: links, which the browser loads as files. @param {HTMLElement} tools */
  files(tools) {
    const { files, url } = this.film.stream
    tools.prepend(...files.map(({ name, label, run }) => {
      const there = () => inApp(`${url}/${name}?of=${run}&${this.film.standing}`) // any server will do
      return element("a", { href: there(), download: "",
        onclick: (/** @type {MouseEvent & { currentTarget: HTMLAnchorElement }} */ { currentTarget }) => {
          currentTarget.href = there()
        } }, label)
    }))
    tools.setAttribute("aria-label", this.words.take_away)
  }

  typeRate() {
    const rate = parse(this.rate.value.replace(/[,，]/, "."))
    if (rate >= 0 && rate <= this.film.stream.mostRate) return this.change(rate)
    this.rate.setAttribute("aria-invalid", "true")
    this.object(this.words.bad_rate)
  }

  /** @param {number} rate */
  change(rate) {
    this.rate.removeAttribute("aria-invalid")
    this.rateShown = null
    this.does.change(rate)
  }

  // -- what they say

  /** Say why something stays as it is, until there is more to say. @param {string} sentence */
  object(sentence) {
    this.notice.textContent = sentence
    this.said = null
  }

  /** What the run came to, or why nothing moves; the figure says for its style where it stands, for a link which run it is. */
  say() {
    const { about, playing, stream } = this.film
    this.stage.linkTo(`lang=${document.documentElement.lang.slice(0, 2)}&${about.link}`)
    const { dataset } = this.stage.root
    dataset.playing = String(playing)
    dataset.step = String(about.step)
    dataset.run = stream.url
    this.play.textContent = playing ? this.words.pause : this.words.play
    if (this.rateShown !== about.rate) {
      this.rateShown = about.rate
      this.rate.value = String(+about.rate.toPrecision(6))
    }
    this.sample.value = String(about.sample)
    this.sampleWord.textContent = stream.samples[about.sample] ?? ""
    const { failures } = this.film
    const said = JSON.stringify(failures)
    if (this.said === said) return
    this.said = said
    this.notice.replaceChildren(...failures.map((failure) => this.obituary(failure)))
    this.notice.classList.toggle("xent-failed", failures.length > 0)
  }

  /** @param {Failure} failure */
  obituary({ says, accuracy, overflow }) {
    const link = element("a", { href: inApp(`/overflow?${overflow}`) }, this.words.open_overflow)
    link.onclick = (event) => {
      event.preventDefault()
      history.pushState({}, "", link.href)
      rerunPage()
    }
    const bold = says.split("**").map((part, i) => (i % 2 ? element("strong", {}, part) : part))
    return element("p", {}, ...bold, " ", accuracy, " ", overflow ? link : "")
  }

  /** Have the bar at the top of the window if what it plays ends below it. @param {number} bottom in pixels of the window */
  bringIntoSight(bottom) {
    const { top } = this.node?.getBoundingClientRect() ?? { top: -1 }
    if (top >= 0 && top < window.innerHeight && bottom > window.innerHeight) this.node?.scrollIntoView()
  }

  /** Another run was asked for from below: one sees it. */
  show() {
    this.node?.scrollIntoView({ block: "nearest" })
  }

  /** How far the film is, and how long it takes. */
  tick() {
    const { film, words } = this
    const { epoch, seconds, over } = film.time
    this.stage.root.dataset.at = String(film.cursor)
    const left = seconds ? ` · ${fill(words.time_left, { seconds })}` : ""
    const end = over ? ` · ${film.failures.length ? words.finished_broken : words.finished}` : left
    const text = fill(words.epoch_of, { epoch, epochs: film.stream.epochs }) + end
    if (this.clock.textContent !== text) this.clock.textContent = text
  }
}

/** Keeps the focus where it was when elements are built anew. */
export class Focus {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    /** @type {HTMLElement | null} */
    this.node = null
    root.addEventListener("focusin", ({ target }) => { this.node = /** @type {HTMLElement} */ (target) })
    root.addEventListener("focusout", ({ target }) => setTimeout(() => this.left(/** @type {HTMLElement} */ (target))))
  }

  /** The focus went away from something that is still there: the reader took it. @param {HTMLElement} node */
  left(node) {
    if (node === this.node && node.isConnected && node !== document.activeElement) this.node = null
  }

  /** What had the focus was built anew: it has it again. */
  restore() {
    const before = this.node
    if (!before || before.isConnected || document.activeElement !== document.body) return
    /** @param {HTMLElement} node */
    const name = (node) => node.id || node.getAttribute("aria-label") || node.textContent
    const same = all(this.root, before.tagName).find((node) => name(node) === name(before))
    same?.focus({ preventScroll: true })
  }
}
