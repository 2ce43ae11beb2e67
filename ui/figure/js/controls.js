// What one moves beside the picture: sliders, choices, cells of a table; and what one looks at.

import { exact } from "./digits.js"
import { element } from "./dom.js"
import { fieldText, numberField, refuse, typable } from "./fields.js"
import { slider } from "./slider.js"

/** @import { Hand } from "./hand.js" */
/** @import { Shown } from "./shown.js" */
/** @import { Control, Pick } from "./types.js" */

/**
 * A control's elements: a number has a field, and a slider its range; a choice has its options.
 * @typedef {object} Widget
 * @property {Control} control
 * @property {HTMLInputElement[]} [inputs]
 * @property {HTMLInputElement} [range]
 * @property {HTMLInputElement} [field]
 * @property {HTMLElement} [problem]
 */

export class Controls {
  /** @param {Shown} shown @param {Hand} hand @param {() => void} looked something else is looked at */
  constructor(shown, hand, looked) {
    this.shown = shown
    this.hand = hand
    this.looked = looked
    /** @type {Record<string, Widget>} */
    this.widgets = {}
    /** @type {Record<string, HTMLInputElement[]>} */
    this.picks = {}
  }

  /** Their elements: those beside the picture, and the tables of cells, of which there may be none. */
  build() {
    const { controls, picks } = this.shown.message
    this.widgets = {}
    const panel = element("div", { class: "xent-controls" })
    for (const control of controls) {
      if (control.kind === "slider") panel.append(this.slider(control))
      if (control.kind === "choice") panel.append(this.choice(control))
    }
    for (const pick of picks) panel.append(this.pick(pick))
    const cells = controls.filter((control) => control.kind === "cell")
    return { panel, tables: cells.length ? [this.cells(cells)] : [] }
  }

  /** @param {Control} control */
  slider(control) {
    const { node, ...widget } = slider(control, this.shown, this.hand, () => this.update())
    this.widgets[control.name] = widget
    return node
  }

  /** A few named options of which one is chosen. @param {Control} control */
  choice(control) {
    const { inputs, node } = this.options(control.name, control.label, control.options ?? [], (i) => {
      this.hand.move(control.name, i)
      this.hand.commit()
    })
    this.widgets[control.name] = { control, inputs }
    return node
  }

  /** What one looks at: no part of the state, the server never hears of it. @param {Pick} pick */
  pick({ name, label, options }) {
    const { picked } = this.shown
    if (!(picked[name] < options.length)) picked[name] = 0
    const { inputs, node } = this.options(name, label, options, (i) => this.look(name, i))
    inputs[picked[name]].checked = true
    this.picks[name] = inputs
    node.setAttribute("data-pick", name)
    return node
  }

  /** @param {string} name @param {number} i */
  look(name, i) {
    const { picked } = this.shown
    if (picked[name] === i || !this.picks[name][i]) return
    picked[name] = i
    this.picks[name][i].checked = true
    this.looked()
  }

  /** @param {string} name @param {string} label @param {string[]} options @param {(i: number) => void} choose */
  options(name, label, options, choose) {
    const group = `${this.shown.message.key}-${name}`
    const chips = element("div", { class: "xent-options" })
    const inputs = options.map((option, i) => {
      const input = element("input", { type: "radio", name: group, value: i, id: `${group}-${i}` })
      input.onchange = () => choose(i)
      chips.append(input, element("label", { for: `${group}-${i}` }, option))
      return input
    })
    const node = element("fieldset", { class: "xent-choice" }, element("legend", {}, label), chips)
    return { inputs, node }
  }

  /** Fields in rows and columns, for numbers that belong together. @param {Control[]} controls */
  cells(controls) {
    const { key, rows } = this.shown.message
    const lines = [...new Set(controls.map((control) => control.row ?? ""))]
    const columns = [...new Set(controls.map((control) => control.column ?? ""))]
    const problem = element("p", { class: "xent-problem", role: "alert", id: `${key}-cells-problem` })
    const head = element("tr", {}, element("td"), ...columns.map((name) => element("th", { scope: "col" }, name)))
    /** @param {string} label @param {HTMLElement[]} cells */
    const line = (label, cells) => element("tr", {}, element("th", { scope: "row" }, label), ...cells)
    const typed = lines.map((row) => line(row, columns.map((column) => {
      const control = controls.find((one) => one.row === row && one.column === column)
      if (!control) throw new Error(`no cell at ${row}, ${column}`)
      return this.cell(control, problem)
    })))
    const read = rows.map(({ label, array, colour }) => line(label,
      columns.map((_, i) => element("td", { "data-slot": `${array}.${i}`, class: colour && `xent-${colour}` }))))
    return element("div", { class: "xent-cells" }, element("table", {}, head, ...typed, ...read), problem)
  }

  /** @param {Control} control @param {HTMLElement} problem */
  cell(control, problem) {
    const field = numberField(`${this.shown.message.key}-${control.name}`, control.label, this.shown)
    if (control.colour) field.style.setProperty("--colour", `var(--xent-${control.colour})`)
    typable(control, field, problem, this.shown, this.hand, () => this.update())
    this.widgets[control.name] = { control, field, problem }
    return element("td", {}, field)
  }

  /** What was refused is of no interest any more. */
  forgive() {
    for (const { field, problem } of Object.values(this.widgets))
      if (field && problem) refuse(field, problem, "")
  }

  /** Show the state: of all controls, or of the one that was moved. @param {string} [only] */
  update(only) {
    const row = this.shown.row
    for (const [name, widget] of Object.entries(this.widgets)) {
      if (only && only !== name) continue
      const value = this.shown.control(name, row)
      if (value === undefined) continue // a preset with fewer classes: the server's answer rebuilds
      widget.inputs?.forEach((input, i) => { input.checked = i === value })
      this.updateField(widget, row, only)
      if (widget.range) this.updateRange(widget.control, widget.range, value)
    }
  }

  /** @param {Widget} widget @param {number} row @param {string} [only] */
  updateField({ control: { name }, field, problem }, row, only) {
    if (!field || !problem) return
    const ruled = this.shown.table.ruled.includes(name)
    const text = fieldText(this.shown, name, row)
    const wrong = only === undefined && field.getAttribute("aria-invalid")
    const written = ruled && field === document.activeElement
    if (field.value !== text && !wrong && !written) field.value = text
    if (only === name) refuse(field, problem, "")
  }

  /** @param {Control} control @param {HTMLInputElement} range @param {number} value */
  updateRange({ name, unit }, range, value) {
    const { table } = this.shown
    const last = table.positions[name].length - 1
    const { between } = this.shown
    const at = between === null ? table.index(name, value) : table.positions[name].findLastIndex((x) => x <= value)
    if (range.max !== String(last)) range.max = String(last)
    const held = this.hand.grabbed === name && !this.hand.byHandle
    if (at >= 0 && !held && range.value !== String(at)) range.value = String(at)
    range.setAttribute("aria-valuetext", exact(value) + (unit ? ` ${unit}` : ""))
    range.style.setProperty("--part", `${(100 * +range.value) / Math.max(last, 1)}%`)
  }
}
