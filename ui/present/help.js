// What the keys do, and the plan: which figures are shown, in which order, each in its state.

import { element } from "../figure/js/dom.js"
import { LONGEST, MOST, moved, write } from "./plan.js"

/** @import { Present } from "./present.js" */
/** @import { Station } from "./plan.js" */

const KEYS = { next: "PgDn", back: "PgUp", show: "␣", reset: "R", undo: "U", hide: "B", explain: "?", leave: "P, Esc" }

export class Help {
  /** @param {Present} present */
  constructor(present) {
    this.present = present
    this.said = element("p", { role: "status" })
    this.node = element("dialog", { class: "xent-present-help" })
    this.node.addEventListener("click", ({ target }) => { if (target === this.node) this.node.close() })
  }

  /** @param {string} said what is to be told besides */
  open(said = "") {
    this.draw(said)
    if (!this.node.open) this.node.showModal()
  }

  /** @param {string} said */
  draw(said = "") {
    const { present } = this
    const { say, shelf } = present
    this.node.ariaLabel = say("help")
    this.said.textContent = said
    const keys = Object.entries(KEYS).flatMap(([name, key]) =>
      [element("dt", {}, element("kbd", {}, name === "show" ? say("space") : key)), element("dd", {}, say(`key_${name}`))])
    const stations = shelf.plan.map((station, at) => this.station(station, at))
    this.node.replaceChildren(
      element("section", {}, element("h2", {}, say("keys")), element("dl", {}, ...keys)),
      element("section", {}, element("h2", {}, say("plan")),
        stations.length ? element("ol", {}, ...stations) : element("p", {}, say("plan_empty")), this.buttons(), this.said),
      this.button("✕", say("close"), () => this.node.close(), { class: "xent-present-close" }))
  }

  buttons() {
    const { say, shelf } = this.present
    /** @param {string} key @param {() => void} does */
    const button = (key, does) => this.button(say(key), "", does)
    const row = element("div", { class: "xent-present-row" }, button("plan_add", () => this.add()))
    if (shelf.plan.length) row.append(button("plan_copy", () => this.copy()))
    if (shelf.station >= 0) row.append(button("plan_end", () => this.change(() => shelf.end())))
    else if (shelf.plan.length) row.append(button("plan_start", () => this.go(0)))
    return row
  }

  /** @param {string} sign @param {string} label @param {() => void} does @param {Record<string, any>} more */
  button(sign, label, does, more = {}) {
    return element("button", { type: "button", title: label, "aria-label": label, onclick: does, ...more }, sign)
  }

  /** @param {Station} station @param {number} at */
  station({ lesson, figure }, at) {
    const { given, say, shelf } = this.present
    const { plan } = shelf
    const name = `${given.lessons[lesson]} · ${figure}`
    /** @param {string} sign @param {string} key @param {() => Station[]} changed */
    const button = (sign, key, changed) =>
      this.button(sign, `${say(key)}: ${name}`, () => this.change(() => shelf.put(changed())))
    return element("li", { "aria-current": at === shelf.station ? "step" : "" },
      this.button(name, "", () => this.go(at), { class: "xent-present-station" }),
      ...(at ? [button("↑", "plan_up", () => moved(plan, at, at - 1))] : []),
      ...(plan[at + 1] ? [button("↓", "plan_down", () => moved(plan, at, at + 1))] : []),
      button("✕", "plan_remove", () => plan.filter((_, other) => other !== at)))
  }

  /** @param {() => void} does @param {string} said */
  change(does, said = "") {
    const { activeElement } = document
    does()
    this.draw(said)
    this.present.look()
    if (activeElement && !activeElement.isConnected) this.node.querySelector("button")?.focus()
  }

  add() {
    const { say, shelf } = this.present
    const here = this.present.here()
    const longer = [...shelf.plan, ...(here ? [here] : [])]
    const fits = longer.length <= MOST && write(longer).length <= LONGEST
    this.change(() => { if (fits) shelf.put(longer) }, say(fits ? "plan_added" : "plan_full"))
  }

  async copy() {
    const link = this.present.planLink()
    const copied = await (navigator.clipboard?.writeText(link) ?? Promise.reject()).then(() => true, () => false)
    if (copied) return this.draw(this.present.say("plan_copied"))
    this.draw()
    const field = element("input", { type: "text", value: link, readonly: true, "aria-label": this.present.say("plan_copy") })
    this.said.replaceChildren(field)
    field.select()
  }

  /** @param {number} at */
  go(at) {
    this.node.close()
    this.present.openStation(at)
  }
}
