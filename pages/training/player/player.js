// The player of something that goes on: a training run. It asks the server for more of it shortly
// before it is needed, as a film is loaded while it is shown; between two states that the server
// sent, what is drawn moves evenly, while the numbers are always those of a state. No formula here.

import { rerunPage, tidyAddress } from "../../../ui/figure/js/server.js"
import { Bar, Focus } from "./bar.js"
import { Curves } from "./curves.js"
import { Film } from "./film.js"
import { Glyphs } from "./glyphs.js"
import { listenToKeys } from "./keys.js"
import { Maps } from "./maps.js"
import { merge } from "./rows.js"
import { Talk } from "./talk.js"

/** @import { Rows, Stage } from "../../../ui/figure/js/types.js" */
/** @import { Stream } from "./film.js" */
/** @import { Answer } from "./talk.js" */

// Plotly takes a frame or two. While a run plays its charts are drawn as often as this: the curves
// for some time ahead (see Curves.reveal), and the bars are on their way meanwhile (see figure.css).
const PLOT_EVERY = 160 // milliseconds
const FRAME = 1000 / 60
const LATE = 20 // milliseconds from frame to frame

export default class Player {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage
    stage.root.style.setProperty("--xent-glide", `${PLOT_EVERY}ms`)
    this.film = new Film(stage.message().stream)
    this.fresh = true // no run was begun yet
    this.gone = false
    this.frames = FRAME // milliseconds from frame to frame, as it was lately
    this.ticking = this.shownAt = this.plottedAt = 0
    this.stepShown = NaN
    this.skipped = false
    /** @type {Record<string, Rows>} what was seen, should the server be lost */
    this.seen = {}
    /** @param {number} sample */
    const choose = (sample) => this.choose(sample)
    this.talk = new Talk(this.film, { merge: (answer, after) => this.merge(answer, after),
      regained: () => { this.bar.said = null }, missed: () => this.bar.object(this.bar.words.lost_run),
      back: () => this.say() })
    this.bar = new Bar(stage, this.film, { toggle: () => this.toggle(), forward: (steps) => this.forward(steps),
      restart: () => this.restart(), change: (rate) => this.change(rate), choose })
    this.maps = new Maps(stage, this.film, (array, row) => this.between(array, row), choose)
    this.glyphs = new Glyphs(stage, this.film, choose)
    this.curves = new Curves(stage, this.film)
    this.focus = new Focus(stage.root)
    this.freeKeys = listenToKeys({ " ": () => this.toggle(), ArrowLeft: () => this.turn(-1),
      ArrowRight: (shift) => this.forward(shift ? this.film.stream.perEpoch : 1),
      Home: () => this.turn(-Infinity), End: () => this.turn(Infinity), r: () => this.restart() })
  }

  remove() {
    this.gone = this.talk.gone = true
    this.film.leave()
    cancelAnimationFrame(this.ticking)
    this.freeKeys()
    this.curves.remove()
    this.maps.remove()
  }

  // -- a message of the page

  /** The page was built, again or anew: the same run goes on where it was. */
  take() {
    const { film, stage, talk } = this
    /** @type {Stream} */
    const stream = stage.message().stream
    const same = !this.fresh && film.stream.url === stream.url
    const again = !this.fresh && !same && film.lostTo(stream)
    const known = same || again // what was seen stays
    const late = same && !film.isNow(stream.about)
    const another = !known && !this.fresh
    this.fresh = false
    film.stream = stream
    if (!known) film.steps = Array.from(stage.arrays()["at step"].values)
    stage.fill("step", Float64Array.from(film.steps), known ? this.seen : {}) // every state has its row
    const { link, failures } = stream.about // the words may be in another language now
    if (!known) film.about = stream.about
    else if (same && !late) film.about = { ...film.about, link, failures }
    if (!same && !again) {
      talk.begin()
      film.begin()
    }
    if (again) talk.resume()
    this.seen = stage.arrays()
    this.build()
    if (another) this.bar.show()
    stage.stand("step", film.steps[film.at]) // drawn when Plotly has the new figure
    this.bar.tick()
    this.say()
    talk.wake()
    if (again || late) talk.ask({})
    else if (!same && stream.at > film.last) talk.ask({ to: stream.at })
  }

  build() {
    if (this.bar.stands) return // the figure builds anew what bears words
    this.bar.build()
    this.maps.build()
    this.curves.build()
    this.glyphs.build()
    this.focus.restore()
  }

  // -- what the hand and the keys do

  toggle() {
    if (this.film.playing) this.pause()
    else this.start()
  }

  start() {
    const { film } = this
    if (this.stage.plotted()) this.bar.bringIntoSight(this.curves.bottom)
    if (film.over) film.cursor = film.steps[0]
    film.playing = true
    film.follow = false
    this.shownAt = performance.now()
    this.tick(this.shownAt)
    this.say()
  }

  pause() {
    cancelAnimationFrame(this.ticking)
    this.film.stop()
    this.show()
    this.tidy()
    this.talk.answered?.then(() => this.tidy()) // what was asked for while it played
    this.say()
  }

  /** Go on by so many steps: to the next state that is there, or by training. @param {number} steps */
  forward(steps) {
    const { film } = this
    if (film.playing) this.pause()
    const next = film.steps.find((step) => step > film.cursor)
    if (next !== undefined) return this.look(next)
    this.talk.ask({ to: film.ahead(steps) }).then(() => this.tidy())
  }

  /** To the state before or after the one that is shown. @param {number} by */
  turn(by) {
    const { film } = this
    if (film.playing) this.pause()
    this.look(film.steps[Math.min(Math.max(film.at + by, 0), film.steps.length - 1)])
  }

  /** @param {number} step */
  look(step) {
    this.film.cursor = step
    this.film.follow = false
    this.show()
    this.say()
  }

  /** The slider or the handle was moved: the nearest state that is kept. @param {number} value */
  moved(value) {
    const { film } = this
    if (film.playing) this.pause()
    film.cursor = film.nearest(value)
    film.part = 0
    film.follow = false
    this.bar.tick()
    this.say()
    return film.cursor
  }

  restart() {
    if (this.film.playing) this.pause()
    this.film.goal = 0
    this.talk.ask({ restart: true, to: 0, after: -1 }).then(() => {
      this.film.furthest = 0
      this.look(0)
      this.tidy()
    })
  }

  /** The rate changes from the newest state on: that one is shown, so that no one is misled. @param {number} rate */
  change(rate) {
    this.film.cursor = this.film.last
    this.talk.ask({ rate }).then(() => {
      this.tidy()
      rerunPage() // the program on the page has the rate, too
    })
  }

  /** @param {number} sample */
  choose(sample) {
    if (!(Number.isInteger(sample) && sample >= 0 && sample < this.film.stream.count)) return this.say()
    this.talk.ask({ sample, after: -1 })
  }

  /** Put what is new to what one has. @param {Answer} answer @param {number} after */
  merge(answer, after) {
    const { film, stage } = this
    const apart = ["at step", ...film.stream.apart]
    const merged = merge(answer, film.steps, stage.arrays(), apart, after)
    if (merged) {
      film.steps = merged.steps
      stage.fill("step", Float64Array.from(film.steps), merged.arrays)
    }
    film.hear(answer, performance.now())
    this.show()
    this.say()
    if (answer.refused) this.bar.object(answer.refused)
  }

  // -- the film

  /** @param {number} now */
  tick(now) {
    const { film } = this
    if (!film.playing || this.gone) return
    // a frame may bear an earlier time than the click before it; after a pause it does not leap
    const seconds = Math.min(Math.max((now - this.shownAt) / 1000, 0), 0.25)
    this.shownAt = now
    this.frames += 0.1 * (1000 * seconds - this.frames)
    if (!this.stage.held()) film.run(seconds)
    const { wanted } = film
    if (!film.about.done && wanted > film.last && !this.talk.answered) this.talk.ask({ to: wanted })
    this.show()
    if (film.over) return this.pause()
    this.ticking = requestAnimationFrame((then) => this.tick(then))
  }

  /** Show the state at the cursor; on the way to the next, what can glide does. */
  show() {
    const at = this.film.look()
    const step = this.film.steps[at]
    if (!this.film.playing || this.stepShown !== step) this.tell(step, at + 1)
    this.glide(at + 1)
    this.bar.tick()
  }

  /** Another state: its numbers at once; its charts too, but seldom while it plays. @param {number} step @param {number} row */
  tell(step, row) {
    const { stage } = this
    this.stepShown = step
    stage.stand("step", step)
    const now = performance.now()
    if (this.film.playing && now - this.plottedAt < PLOT_EVERY) {
      if (stage.plotted()) stage.write(row)
      return
    }
    this.plottedAt = now
    stage.request()
  }

  /** What moves at the screen's rate. @param {number} row */
  glide(row) {
    if (!this.stage.plotted()) return
    this.curves.glide(this.between("train_loss", row))
    this.skipped = this.film.playing && this.frames > LATE && !this.skipped // every other frame will do
    if (!this.skipped) this.maps.paint(row)
  }

  /** An array at a row and, while it plays, a part of the way to the next: only for the eye. @param {string} array @param {number} row */
  between(array, row) {
    const { part, steps } = this.film
    const here = this.stage.value(array, row)
    if (!part || row >= steps.length) return here
    const next = this.stage.value(array, row + 1)
    if (typeof here === "number") return here + part * (next - here)
    return Float32Array.from(here, (x, i) => x + part * (next[i] - x))
  }

  // -- what the figure asks for

  /** @param {string} name */
  column(name) {
    return this.curves.column(name)
  }

  /** @param {number} row */
  drawn(row) {
    this.glide(row)
    this.glyphs.draw(row, this.bar.glyph)
    this.curves.raise()
  }

  replotted() {
    this.maps.listen()
    this.curves.replotted()
  }

  // -- in words

  say() {
    this.bar.say()
  }

  /** The address says which run this is and how far it came. */
  tidy() {
    if (!this.gone) tidyAddress(this.film.about.link)
  }
}
