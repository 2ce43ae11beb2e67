// What a state shows: the table's values at its row, as numbers and as text. No DOM here.

import { exact, show, typed } from "./digits.js"

/** @import { Protocol } from "./commit.js" */
/** @import { Table } from "./table.js" */
/** @import { Message } from "./types.js" */

/** @typedef {{ name: string, index?: string, how?: string }} Slot */

/** @type {Map<string, Slot>} */
const parsed = new Map()

/** The parts of a slot "name.index|how". @param {string} key */
function parts(key) {
  let slot = parsed.get(key)
  if (!slot) {
    const [path, how] = key.split("|")
    const [name, index] = path.split(".")
    parsed.set(key, (slot = { name, index, how }))
  }
  return slot
}

export class Shown {
  /**
   * @param {Protocol} protocol
   * @param {(name: string) => any} column the values of all rows, where a player has them
   */
  constructor(protocol, column) {
    this.protocol = protocol
    this.column = column
    /** @type {Record<string, number>} what one looks at; no part of the state */
    this.picked = {}
    /** @type {number | null} a row on the way to the state's, while the picture goes there */
    this.between = null
    this.message = /** @type {Message} */ (/** @type {unknown} */ (null)) // until the first comes
    this.table = /** @type {Table} */ (/** @type {unknown} */ (null))
  }

  /** @param {Message} message @param {Table} table */
  take(message, table) {
    this.message = message
    this.table = table
  }

  get state() {
    return this.protocol.state
  }

  /** The row of the state, or one on the way to it; or -1: then nothing is drawn until the server's answer. */
  get row() {
    return this.between ?? this.table.row(this.protocol.state)
  }

  /** A control's value as it is shown: its own, or what the model's rule makes of it. @param {string} name */
  control(name, row = this.row) {
    return row < 0 || !(name in this.table.positions) ? this.state[name] : this.table.control(name, row)
  }

  /** The state as it is after the model's rules. */
  settled() {
    const row = this.row
    return Object.fromEntries(Object.keys(this.state).map((name) => [name, this.control(name, row)]))
  }

  /**
   * A control's value, a row of controls, or the model's array at this row; array@pick a part of it.
   * @param {string} name @param {number} row @returns {any}
   */
  value(name, row) {
    const vector = this.message.vectors[name]
    if (vector) return vector.map((control) => this.control(control, row))
    const [array, pick] = name.split("@")
    if (pick) return this.table.value(array, row)[this.picked[pick]]
    return this.table.names.includes(name) ? this.control(name, row) : this.table.value(name, row)
  }

  /**
   * What a trace's field shows: numbers as they are, names and digits as text; name* all rows;
   * "0,loss,p.2" a list of numbers and slots.
   * @param {string} array @param {number} row
   */
  field(array, row) {
    if (array.includes(",")) return array.split(",").map((part) => this.number(part, row))
    const [name, how] = array.split("|")
    const value = name.endsWith("*") ? this.column(name.slice(0, -1)) : this.value(name, row)
    const list = typeof value === "number" ? [value] : value
    // a text that is empty at first would never be drawn: Plotly animates what it has drawn
    /** @param {any} x @returns {any} */
    const write = (x) => (typeof x === "number" ? this.text(x, name, how) || "\u00a0" : Array.from(x, write))
    return how ? Array.from(list, write) : list
  }

  /** A number, written or in a slot. @param {string} part @param {number} row @returns {number} */
  number(part, row) {
    if (part === "nan" || !Number.isNaN(+part)) return +part
    const { name, index } = parts(part)
    const value = this.value(name, row)
    return index === undefined ? value : value[+index]
  }

  /** @param {number} x @param {string} name @param {string} [how] */
  text(x, name, how) {
    const words = this.message.names[name]
    if (words) return words[x]?.split("|").pop() ?? "" // of "key|words" the words
    if (how === "short") return typed(x)
    return how === "exact" ? exact(x) : show(x, Number(how) || 4)
  }

  /** The text of a slot. @param {string} key @param {number} row @returns {string} */
  slot(key, row) {
    const { name, index, how } = parts(key)
    if (name in this.state && this.message.names[name]) return this.text(this.control(name, row), name)
    if (name in this.picked) return this.message.names[name]?.[this.picked[name]] ?? String(this.picked[name])
    if (this.table.names.includes(name) && !this.table.ruled.includes(name)) {
      const value = this.control(name, row)
      return how === "short" ? typed(value) : exact(value)
    }
    const value = this.value(name, row)
    if (typeof value === "number") return this.text(value, name, how)
    if (index !== undefined) return this.text(value[+index], name, how)
    /** @param {any} x @returns {string} */
    const write = (x) => (typeof x === "number" ? this.text(x, name, how) : `(${list(x)})`)
    /** @param {any} xs */
    const list = (xs) => Array.from(xs, write).filter(Boolean).join(", ")
    return list(value)
  }

  /** The name "key|words" of a class or a case. @param {string[]} slot @param {number} row */
  named([name, index], row) {
    const value = this.value(name, row)
    return this.message.names[name][index === undefined ? value : value[+index]] ?? ""
  }

  /** The picture in words. @param {number} row */
  alt(row) {
    return this.message.alt.replace(/\[\[([^\]]+)\]\]/g, (_, key) => this.slot(key, row))
  }
}
