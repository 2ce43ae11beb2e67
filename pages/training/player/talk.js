// What the player says to the server: more of the run, another rate, another sample. One question
// at a time, and each says where the run stands, so that any server can answer. If the run's server
// is lost, a new one's run has to come to where the old one was.

import { inApp } from "../../../ui/base.js"
import { rerunPage, server } from "../../../ui/figure/js/server.js"
import { unpack } from "../../../ui/figure/js/wire.js"

/** @import { About, Film } from "./film.js" */
/** @import { News } from "./rows.js" */

/** @typedef {News & About & { refused: string, behind?: boolean }} Answer `behind` what was seen */

/**
 * What is wished: to have it trained to a step, anew, with another rate or for another sample.
 * @typedef {{ to?: number, after?: number, restart?: boolean, rate?: number, sample?: number }} Wish
 */

/**
 * @typedef {object} Hears
 * @property {(answer: Answer, after: number) => void} merge what came after a step
 * @property {() => void} regained what is shown is the new run's own, from its next answer on
 * @property {() => void} missed there is no answer
 * @property {() => void} back there may be one again, or the question was refused
 */

const RETRY = 1000 // milliseconds
const LONGEST_RERUN = 4000
const NOTHING = 10_000_000 // after this step there is nothing new
const HEADERS = { "content-type": "application/json" }

/** @param {number} milliseconds @returns {Promise<void>} */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** An answer with all its bytes, if it is one. @param {Response} response */
const whole = async (response) =>
  ({ response, bytes: response.ok ? new Uint8Array(await response.arrayBuffer()) : null })

export class Talk {
  /** @param {Film} film @param {Hears} hears */
  constructor(film, hears) {
    this.film = film
    this.hears = hears
    /** @type {Wish | null} */
    this.wish = null
    /** @type {Promise<void> | null} */
    this.answered = null
    /** @type {number | null} the step to which a new server's run has to come first */
    this.regained = null
    this.gone = false
    /** @type {(() => void) | undefined} */
    this.woken = undefined
  }

  begin() {
    this.wish = this.regained = null
  }

  /** The run's server is lost: what was seen stays, the new run has to come to it. */
  resume() {
    if (!this.wish?.restart) this.regained = this.film.about.step
  }

  /** The page is there again. */
  wake() {
    this.woken?.()
  }

  /** One question at a time; what is asked meanwhile goes with the next. @param {Wish} wish */
  ask(wish) {
    this.wish = { ...this.wish, ...wish }
    this.answered ??= this.talk().finally(() => { this.answered = null })
    return this.answered
  }

  async talk() {
    while (this.wish && !this.gone) {
      const regains = this.regained !== null
      const wish = regains ? this.regain() : this.wish
      if (!regains) this.wish = null
      const asked = { to: 0, after: this.film.last, ...wish, lang: document.documentElement.lang.slice(0, 2) }
      const { stream: { url }, standing } = this.film
      const answer = await fetch(inApp(`${url}/more?${standing}`), { method: "POST", headers: HEADERS, body: JSON.stringify(asked) })
        .then(whole).catch(() => null) // a server that goes may do so in the middle of its answer
      const bytes = answer?.bytes
      if (this.gone) return
      if (url !== this.film.stream.url) { // the page shows another run by now
        if (!regains && this.regained !== null) this.wish = { ...wish, ...this.wish } // of the same settings
        continue
      }
      if (!bytes) await this.missed(answer?.response ?? null, regains ? {} : wish)
      else this.take(/** @type {Answer} */ (unpack(bytes)), asked, regains, wish)
    }
  }

  /** @param {Answer} answer @param {Wish & { after: number }} asked @param {boolean} regains @param {Wish} wish */
  take(answer, { after }, regains, wish) {
    if (regains) return this.regaining(answer)
    if (answer.behind) { // another server's, which had not been asked so far
      this.wish = { ...wish, ...this.wish }
      return this.resume()
    }
    this.hears.merge(answer, after)
    if (this.film.goal) this.wish = { to: this.film.goal, ...this.wish }
  }

  /** First of all a new server's run has to come to where the old one was; till then, nothing is new. @returns {Wish} */
  regain() {
    const { about, stream } = this.film
    return { to: about.done ? stream.total : this.regained ?? 0, after: NOTHING }
  }

  /** Then all that is shown is the new run's own, and what one wished meanwhile is done. @param {Answer} answer */
  regaining(answer) {
    this.film.measured = null
    if (answer.step < (this.regained ?? 0) && !answer.done) return
    this.regained = null
    this.hears.regained()
    this.wish = { ...this.wish, after: -1 }
  }

  /** No answer: the server is away, or takes this for no run. @param {Response | null} answer @param {Wish} wish */
  async missed(answer, wish) {
    if (answer?.status === 400) {
      console.warn("training:", await answer.text())
      return this.hears.back()
    }
    this.wish = { ...wish, ...this.wish }
    this.hears.missed()
    const { url } = this.film.stream
    let wait = LONGEST_RERUN
    if (answer?.status === 404) rerunPage() // gives the page a run of the same settings
    else if (!await this.wasAway()) wait = RETRY // another server is in its place, and can go on
    if (url === this.film.stream.url) await this.pageBack(wait) // else it has come already
    this.hears.back()
  }

  /** Wait until a server answers: what is asked before is asked in vain. Tells whether there was none. */
  async wasAway() {
    await server.ask()
    const { lost } = server
    while (server.lost && !this.gone) await pause(RETRY)
    return lost
  }

  /** Wait for the page that is run again then; if none comes, the run may be there all the same. @param {number} wait */
  pageBack(wait) {
    /** @type {Promise<void>} */
    const woken = new Promise((resolve) => { this.woken = resolve })
    return Promise.race([pause(wait), woken])
  }
}
