// The live figure's browser side: it looks rows up in a table that the server computed and hands
// them to Plotly. It holds no formula. This module puts the parts together; see sweeps.py for the
// table, types.js for what the message holds and for what a player may ask of its figure.

import { loadFonts, loadPlayer, loadPlotly, loadStyle } from "./assets.js"
import { standBeside } from "./beside.js"
import { below } from "./below.js"
import { Protocol } from "./commit.js"
import { Controls } from "./controls.js"
import { element, mendTexts, tell } from "./dom.js"
import { Groups } from "./group.js"
import { Hand } from "./hand.js"
import { Handles } from "./handles.js"
import { themeColours } from "./layout.js"
import { Lights } from "./lights.js"
import { Motion } from "./motion.js"
import { readyForPaper } from "./paper.js"
import { Picture } from "./picture.js"
import { rerunPage, running, server, tidyAddress } from "./server.js"
import { Shown } from "./shown.js"
import { stageOf } from "./stage.js"
import { Table } from "./table.js"
import { signature, unpack } from "./wire.js"
import { Written } from "./written.js"

/** @import { Message, Player, Values } from "./types.js" */

/**
 * What Streamlit hands a component.
 * @typedef {object} Component
 * @property {HTMLElement} parentElement
 * @property {Uint8Array} data
 * @property {(name: string, value: any) => void} setStateValue
 */

/** @type {Groups<LiveFigure>} */
const groups = new Groups()
mendTexts()
readyForPaper()

export class LiveFigure {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.root = host.appendChild(element("div", { class: "xent" }))
    this.status = element("p", { class: "xent-status", role: "status" })
    this.group = this.layout = ""
    this.built = this.inSight = this.asleep = false
    /** @type {number | null} of the message that is shown */
    this.signature = null
    /** @type {Player | null} */
    this.player = null
    /** @type {(commit: any) => void} */
    this.send = () => {}
    this.protocol = new Protocol({ send: (commit) => this.send(commit), ask: () => server.ask(),
      lost: () => server.lost, running, rerun: rerunPage, there: () => this.root.isConnected })
    this.shown = new Shown(this.protocol, (name) => this.player?.column(name))
    this.hand = new Hand({ move: (name, value) => this.move(name, value), commit: () => this.commit(),
      touched: (name) => this.protocol.touched.has(name) })
    this.picture = new Picture(this.root, this.shown, { status: (waiting) => this.showStatus(waiting),
      drawn: (row) => this.tellRow(row), replotted: () => this.replotted(), moved: () => this.axesMoved(),
      pointed: (trace, point) => this.point(trace, point) })
    this.controls = new Controls(this.shown, this.hand, () => this.picture.request())
    this.handles = new Handles(this.shown, this.hand, this.picture.node)
    this.written = new Written(this.shown)
    this.lights = new Lights(this.root, this.shown, this.picture)
    this.motion = new Motion(this.root, this.shown, this.controls, this.picture,
      { seen: () => this.inSight, busy: () => this.busy })
    this.sight = new IntersectionObserver(([entry]) => this.seen(entry.isIntersecting), { rootMargin: "100px" })
    this.unwatch = server.watch((back) => { if (back) this.protocol.again(); this.showStatus() })
  }

  // -- a message from the server

  /** @param {Component} component */
  async receive(component) {
    const { data, setStateValue } = component
    this.send = (commit) => setStateValue("commit", commit)
    const first = this.signature === null
    const now = signature(data)
    const changed = this.signature !== now
    if (changed && this.motion.holds(() => void this.receive(component))) return
    this.signature = now
    if (changed) this.take(unpack(data))
    tidyAddress()
    const { assets, stream } = this.shown.message
    if (first) await Promise.all([loadStyle(assets.css), loadPlotly(assets.plotly)])
    this.picture.Plotly ??= (await loadPlotly(assets.plotly)).default
    if (first) await loadFonts(themeColours(this.root).font)
    if (stream) await this.play()
    if (changed) await this.picture.plot()
    else this.picture.retheme()
    this.motion.begin()
  }

  /** A figure of something that goes on has a player, which brings it rows as they come. */
  async play() {
    // without a wait from the second time on: no frame may come between the elements and the player
    if (!this.player) {
      const { default: LessonsPlayer } = await loadPlayer(this.shown.message.assets.player ?? "")
      this.player = /** @type {Player} */ (new LessonsPlayer(stageOf(this)))
    }
    this.player.take()
  }

  /** @param {Message} message */
  take(message) {
    const { shown, protocol } = this
    const labels = message.presets.map((preset) => preset.label)
    const layout = JSON.stringify([message.controls, labels, message.readouts, message.picks,
      message.handles, message.rows, message.formula, message.words, message.names, message.stream?.url])
    this.handles.forget()
    groups.leave(this.group, this)
    groups.join((this.group = message.group), this)
    shown.take(message, new Table(message))
    this.picture.take()
    this.root.dataset.key = message.key
    const leader = groups.others(this.group, this).find((one) => one.busy)
    protocol.take(message, this.hand.busy, leader?.protocol)
    if (layout !== this.layout) this.build()
    this.layout = layout
    this.motion.come()
    this.controls.update()
    this.showStatus()
    if (protocol.due) this.commit()
  }

  /** Whether the hand is at work here, or the server has still to answer. */
  get busy() {
    return this.protocol.waits || this.hand.busy
  }

  // -- figures of one state

  /** Another figure of the group is moved: show the same. @param {LiveFigure} leader */
  follow(leader) {
    if (!this.built || this.busy) return
    this.motion.stop()
    this.protocol.follow(leader.protocol)
    this.motion.setOut()
    this.asleep = !this.inSight
    if (!this.asleep) this.show() // else nobody looks: drawn when somebody does
  }

  /** A figure that follows another is drawn while it is in sight, or about to be. @param {boolean} inSight */
  seen(inSight) {
    this.inSight = inSight
    if (inSight && this.asleep) {
      this.asleep = false
      this.show()
    }
    if (inSight && this.picture.plotted) this.motion.begin()
  }

  show() {
    this.controls.update()
    this.picture.request()
  }

  // -- the page's elements

  build() {
    const focused = this.root.contains(document.activeElement) && document.activeElement?.id
    this.built = true
    const stage = element("div", { class: "xent-stage" }, this.picture.node, ...this.handles.build())
    const { panel, tables } = this.controls.build()
    const { results, formula } = this.written.build((name, value) => this.set(name, value))
    this.status = element("p", { class: "xent-status", role: "status" })
    const under = below(this.root, this.shown.message, {
      go: (at) => this.go(this.shown.table.presets[at].values), said: (text) => this.say(text) })
    this.root.replaceChildren(element("div", { class: tables.length ? "xent-grid xent-typed" : "xent-grid" },
      results, stage, ...tables, panel, formula, under, this.status))
    this.written.find(this.root)
    this.lights.build()
    this.picture.node.onpointerdown = (event) => { if (this.picture.plotted) this.handles.leap(event) }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true })
    this.picture.observeSize()
    standBeside(this.root)
    this.sight.disconnect()
    this.sight.observe(this.root)
  }

  // -- the hand

  /** @param {string} name @param {number} value */
  move(name, value) {
    this.motion.stop()
    this.protocol.move({ [name]: this.player ? this.player.moved(value) : value })
    this.controls.update(this.shown.table.ruled.length ? undefined : name)
    this.picture.request()
    for (const one of groups.others(this.group, this)) one.follow(this)
  }

  /** A preset's button. @param {Values} values */
  go(values) {
    this.motion.stop()
    this.controls.forgive()
    this.protocol.go(values)
    for (const one of groups.others(this.group, this)) one.follow(this)
    this.commit()
    this.motion.setOut()
    this.show()
  }

  /** A click on something that says "name=value" sets that part of the state. @param {string} name @param {number} value */
  set(name, value) {
    if (this.shown.state[name] === value) return
    this.move(name, value)
    this.commit()
  }

  /** A mark lights its terms; one of the trace that a pick names picks it, too. @param {number} trace @param {number} point */
  point(trace, point) {
    this.lights.mark(trace, point)
    const found = this.shown.message.picks.find((pick) => pick.trace === trace)
    if (found) this.controls.look(found.name, point)
  }

  commit() {
    if (this.player) return // the rows are here, and nothing else follows from where one looks
    this.protocol.commit(this.shown.settled())
    this.showStatus()
  }

  // -- what is shown

  /** What is not Plotly's: the handles, the numbers, the formula, the text alternative. @param {number} row */
  tellRow(row) {
    this.handles.place(row)
    this.write(row)
    this.player?.drawn(row)
  }

  /** @param {number} row */
  write(row) {
    this.written.write(row)
    tell(this.picture.node, "aria-label", this.shown.alt(row))
    const values = this.shown.settled()
    this.motion.keep(row, values)
    this.root.dataset.drawn = JSON.stringify(values)
  }

  replotted() {
    this.handles.forget()
    this.player?.replotted()
    this.showStatus()
    const { row } = this.shown
    if (row >= 0) this.tellRow(row)
    this.written.reach()
    if (this.lights.lit) this.lights.show()
    this.root.dataset.ready = "true"
  }

  axesMoved() {
    this.handles.forget()
    this.written.reach()
  }

  showStatus(waiting = this.built && this.shown.row < 0) {
    if (!this.built) return
    this.root.dataset.inflight = this.protocol.inflight ?? ""
    const { words } = this.shown.message
    this.root.classList.toggle("xent-waiting", waiting)
    const text = server.lost ? words.lost : waiting ? words.waiting : ""
    if (this.status.textContent !== text) this.status.textContent = text
  }

  /** Say something for a while. @param {string} text */
  say(text) {
    this.status.textContent = text
    setTimeout(() => this.showStatus(), 2500)
  }

  remove() {
    this.unwatch()
    this.motion.remove()
    this.lights.remove()
    this.player?.remove()
    groups.leave(this.group, this)
    this.sight.disconnect()
    this.picture.remove()
    this.root.remove()
  }
}

/** @type {WeakMap<HTMLElement, LiveFigure>} */
const figures = new WeakMap()

/** Streamlit calls this on every change of the data or the theme; it returns the clean-up. @param {Component} component */
export async function mount(component) {
  const host = component.parentElement
  const figure = figures.get(host) ?? new LiveFigure(host)
  figures.set(host, figure)
  await figure.receive(component)
  return () => {
    figure.remove()
    figures.delete(host)
  }
}
