// The run as a film: which of its states are here, and where in it one looks. No DOM here.

/**
 * A failure of a run: inf or nan.
 * @typedef {{ step: number, says: string, accuracy: string, overflow: string }} Failure
 */

/**
 * Where a run stands (see routes.describe).
 * @typedef {object} About
 * @property {number[]} steps the states that the server keeps
 * @property {number} step
 * @property {boolean} done
 * @property {[number, number][]} rates
 * @property {number} rate
 * @property {number} sample
 * @property {string} link
 * @property {(Failure | null)[]} failures
 */

/**
 * A map of the plane: its axes, its arrays, where the samples are, how the classes look.
 * @typedef {object} PlaneMap
 * @property {string} axis
 * @property {string} array
 * @property {string} sizes
 * @property {string} wrong
 * @property {number} grid
 * @property {number} pixels
 * @property {number} full what stands for a probability of 1
 * @property {number[][]} colours
 * @property {[number, number][][]} signs the corners of each class's sign; a circle has none
 * @property {number[]} x
 * @property {number[]} y
 */

/**
 * What the player has to know of a run (see views._header).
 * @typedef {object} Stream
 * @property {string} url
 * @property {string} session
 * @property {number} total
 * @property {number} perEpoch
 * @property {number} epochs
 * @property {number} at
 * @property {number} count
 * @property {number} mostRate
 * @property {number} speed
 * @property {{ value: number, label: string }[]} speeds
 * @property {string[]} samples
 * @property {number[]} truths
 * @property {number} train
 * @property {PlaneMap[]} maps
 * @property {{ loss: string, accuracy: string }} panels the numbers of the curves' axes
 * @property {{ axis: string, array: string, both: boolean }[]} rises
 * @property {{ name: string, label: string, run: number }[]} files
 * @property {string[]} apart the arrays that belong to no state
 * @property {About} about
 */

const AHEAD = 0.6 // seconds of the film that are asked for in advance

/** Where one was looking when one left a run's page. @type {Map<string, number>} */
const left = new Map()

export class Film {
  /** @param {Stream} stream */
  constructor(stream) {
    this.stream = stream
    this.about = stream.about
    /** @type {number[]} */
    this.steps = []
    this.cursor = 0
    this.part = 0 // of the way from the state that is shown to the next
    this.furthest = 0 // that was seen
    this.follow = true // the newest state is shown as it comes
    this.playing = false
    this.speed = stream.speed // epochs in a second; 0 is as fast as it goes
    /** @type {number | null} what the reader chose, for any run */
    this.chosenSpeed = null
    this.goal = 0 // the step that the page was opened for, or that one has asked for
    this.pace = 0 // steps that the server trains in a second
    /** @type {{ step: number, at: number } | null} */
    this.measured = null
  }

  /** Another run, or this one for the first time. */
  begin() {
    const { url, speed, at } = this.stream
    const before = left.get(url)
    this.playing = false
    this.follow = before === undefined // to the step at which the page was opened
    this.furthest = this.last
    this.cursor = before ?? this.last
    this.pace = 0
    this.measured = null
    this.speed = this.chosenSpeed ?? speed
    this.goal = at
  }

  /** The page is left: whoever comes back looks where he looked. */
  leave() {
    if (this.cursor < this.last) left.set(this.stream.url, this.steps[this.at])
    else left.delete(this.stream.url)
  }

  /** Another session has another run, but of the settings of this one: the old session is lost. @param {Stream} stream */
  lostTo(stream) {
    const { about, stream: { session } } = this
    return stream.session !== session && settings(stream.about.link) === settings(about.link)
  }

  /** Whether a message of the page tells of this moment: it takes its time, and the run goes on. @param {About} told by it */
  isNow({ step, rates, sample }) {
    const { about } = this
    return step === about.step && sample === about.sample && String(rates) === String(about.rates)
  }

  /** What any server needs to go on with the run: its link, and how much of it is seen. */
  get standing() {
    const { link, step } = this.about
    return `${link}&seen=${step}`
  }

  /** Go on by so many steps, to a whole number of them: a busy server comes there in several answers. @param {number} steps */
  ahead(steps) {
    const whole = Math.floor((this.goal || this.last) / steps) * steps
    this.follow = true
    return (this.goal = Math.min(whole + steps, this.stream.total))
  }

  /** Which of the states is shown. */
  get at() {
    return Math.max(this.steps.findLastIndex((step) => step <= this.cursor), 0)
  }

  get last() {
    return this.steps[this.steps.length - 1]
  }

  /** Whether it was seen to its end, and nothing more can come. */
  get over() {
    return this.about.done && this.cursor >= this.last
  }

  /** The state that is kept next to a step. @param {number} value */
  nearest(value) {
    /** @param {number} step */
    const far = (step) => Math.abs(step - value)
    return this.steps.reduce((best, one) => (far(one) < far(best) ? one : best))
  }

  /** Let some time pass. @param {number} seconds */
  run(seconds) {
    const { perEpoch } = this.stream
    // as fast as it goes: so that the newest state is reached when the next is due
    const rate = this.speed * perEpoch || Math.max((this.last - this.cursor) / 0.2, this.pace, perEpoch)
    this.cursor = Math.min(this.cursor + rate * seconds, this.last)
  }

  /** Stop at the newest state, unless one was looking back. */
  stop() {
    this.playing = false
    this.follow = this.cursor >= this.furthest
    this.cursor = this.follow ? this.last : this.steps[this.at]
  }

  /** The step that is to be here by now, for what is shown soon: an epoch ahead at least. */
  get wanted() {
    const { perEpoch, total } = this.stream
    const lead = this.speed ? Math.max(1, this.speed * AHEAD) * perEpoch : total
    return Math.min(Math.ceil(this.cursor + lead), total)
  }

  /** Note what is seen; returns which of the states it is. */
  look() {
    const { at, steps } = this
    const next = steps[at + 1]
    this.part = next === undefined ? 0 : (this.cursor - steps[at]) / (next - steps[at])
    this.furthest = Math.max(this.furthest, this.cursor)
    return at
  }

  /** Take where the run stands now. @param {About} about @param {number} now milliseconds */
  hear(about, now) {
    this.about = about
    if (this.follow || this.cursor > this.last) this.cursor = this.last
    const passed = now - (this.measured?.at ?? now)
    const done = about.step - (this.measured?.step ?? about.step)
    if (passed > 0 && done > 0) {
      const pace = (1000 * done) / passed
      this.pace = this.pace ? 0.8 * this.pace + 0.2 * pace : pace
    }
    this.measured = { step: about.step, at: now }
    if (this.goal <= about.step || about.done) this.goal = 0
  }

  /** The ends by inf or nan that were seen. @returns {Failure[]} */
  get failures() {
    return this.about.failures.filter((failure) => failure !== null).filter(({ step }) => step <= this.furthest)
  }

  /** Epochs that are shown, the seconds that are left of it (0 if unknown), whether it is over. */
  get time() {
    const { perEpoch, total } = this.stream
    const steps = total - this.cursor
    const rate = this.speed ? Math.min(this.speed * perEpoch, this.pace || Infinity) : this.pace
    const whole = Math.floor((this.cursor / perEpoch) * (perEpoch > 1 ? 10 : 1) + 1e-9)
    return {
      epoch: perEpoch > 1 ? whole / 10 : whole,
      seconds: this.playing && rate ? Math.ceil(steps / rate) : 0,
      over: !steps && this.about.done,
    }
  }
}

/** What a link says of a run but for where it opens. @param {string} link */
export const settings = (link) => ["run", "vs", "rates"].map((name) => new URLSearchParams(link).get(name)).join()
