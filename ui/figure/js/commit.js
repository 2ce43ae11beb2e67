// The state of a figure, and what the server is told of it: one change at a time. What the hand
// does meanwhile follows with the answer; an answer that is late, lost, or to another page's
// question leaves the hand's work alone. No DOM here.

/** @import { Message, Values } from "./types.js" */

/**
 * The way to the server.
 * @typedef {object} Post
 * @property {(commit: { id: string, values: Record<string, string>, offered: boolean }) => void} send
 * @property {() => void} ask look whether the server is there
 * @property {() => boolean} lost whether it was not, when it was asked last
 * @property {() => boolean} running whether a run of the page is under way
 * @property {() => void} rerun have the page run again: a new server knows none of its figures
 * @property {() => boolean} there whether the figure is still on the page
 */

const ASK = 1500 // milliseconds without an answer
const AGAIN = 4000

/** @param {Values} one @param {Values} other */
const same = (one, other) => Object.keys(one).every((name) => one[name] === other[name])

const newId = () => `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`

export class Protocol {
  /** @param {Post} post */
  constructor(post) {
    this.post = post
    /** @type {Values} what is shown */
    this.state = {}
    /** @type {Values} the server's, as it said last */
    this.base = {}
    /** @type {number | null} how often the state was changed from elsewhere; null before any message */
    this.epoch = null
    /** @type {string | null} the id of a change that the server has not answered yet */
    this.inflight = null
    /** @type {Values} the state that was sent with it */
    this.sent = {}
    this.offered = this.sentOffer = false // the state is one that the page offers, not the hand's own
    this.unsent = false // something was let go while another change was under way
    /** @type {Set<string>} what was moved since the last change that was sent */
    this.touched = new Set()
  }

  /** Whether the server has still to hear of something, or to answer. */
  get waits() {
    return this.inflight !== null || this.unsent
  }

  /** Whether something waits that can be sent now. */
  get due() {
    return this.unsent && this.inflight === null
  }

  /** The hand moves a part of the state. @param {Values} values */
  move(values) {
    this.state = { ...this.state, ...values }
    this.offered = false
    Object.keys(values).forEach((name) => this.touched.add(name))
  }

  /** The hand has gone to a whole other state. @param {Values} values */
  go(values) {
    this.state = { ...values }
    this.offered = true
    Object.keys(values).forEach((name) => this.touched.add(name))
  }

  /** A part of the state is elsewhere, and the server need not hear of it. @param {string} name @param {number} value */
  stand(name, value) {
    this.state = { ...this.state, [name]: value }
  }

  /** Another figure of the same state is moved: show the same. @param {Protocol} leader */
  follow(leader) {
    this.state = leader.over(this.base)
  }

  /**
   * Tell the server of a state, now or with its next answer.
   * @param {Values} settled the state after the model's rules
   */
  commit(settled) {
    if (this.inflight !== null) {
      this.unsent = true
      return
    }
    this.unsent = false
    this.inflight = newId()
    this.sent = settled
    this.sentOffer = this.offered
    this.touched.clear()
    this.tell()
    this.remind(this.inflight)
  }

  tell() {
    const values = Object.fromEntries(Object.entries(this.sent).map(([k, v]) => [k, String(v)]))
    this.post.send({ id: String(this.inflight), values, offered: this.sentOffer })
  }

  /** Another server has run the page, which has not heard of the change if it is not answered yet. */
  again() {
    if (this.inflight !== null) this.tell()
  }

  /**
   * A server that was away may never have heard of the change: see to it that it does.
   *
   * A run that is under way may have taken it: one more would be of the address before the change,
   * and take the change back. @param {string} id
   */
  remind(id) {
    const waits = () => this.inflight === id
    const idle = () => !this.post.lost() && !this.post.running()
    setTimeout(() => { if (waits()) this.post.ask() }, ASK)
    setTimeout(() => {
      if (!waits() || !this.post.there()) return
      if (idle()) {
        this.post.rerun() // gives a new server this page's figures; one of them gets the change
        setTimeout(() => { if (waits() && idle()) this.tell() }, ASK)
      }
      this.remind(id)
    }, AGAIN)
  }

  /**
   * The server's message.
   * @param {Pick<Message, "ack" | "epoch" | "base">} message
   * @param {boolean} held whether a control is under the hand
   * @param {Protocol} [leader] of another figure of the same state, which is moved
   */
  take({ ack, epoch, base }, held, leader) {
    const answered = this.inflight !== null && ack === this.inflight
    // a server that was started anew counts anew, and knows the state that the last one told us
    const known = answered ? this.sent : this.base
    const elsewhere = epoch !== this.epoch && !(this.epoch !== null && same(base, known))
    if (elsewhere || answered) this.inflight = null
    if (elsewhere) {
      this.unsent = false
      this.touched.clear()
    }
    this.epoch = epoch
    this.base = base
    this.state = this.after(elsewhere, answered, held || this.waits, leader)
  }

  /**
   * The server's state, with what the hand has moved meanwhile.
   * @param {boolean} elsewhere @param {boolean} answered @param {boolean} busy @param {Protocol} [leader]
   */
  after(elsewhere, answered, busy, leader) {
    if (elsewhere) return { ...this.base }
    if (!busy) return leader ? leader.over(this.base) : { ...this.base }
    return answered ? this.over(this.base) : this.state
  }

  /** A state with what the hand has moved here since the server heard of it last. @param {Values} base */
  over(base) {
    const moved = [...this.touched].filter((name) => name in base)
    return { ...base, ...Object.fromEntries(moved.map((name) => [name, this.state[name]])) }
  }
}
