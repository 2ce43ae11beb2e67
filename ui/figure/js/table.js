// The table of rows that the server computed: which row, if any, shows a state exactly.

/** @import { Message, Numbers, Preset, Rows, Values } from "./types.js" */

export class Table {
  /** @param {Pick<Message, "arrays" | "base" | "between" | "controls" | "free" | "presets" | "rules">} message */
  constructor(message) {
    this.base = message.base
    this.arrays = message.arrays
    this.names = message.controls.map((control) => control.name)
    this.others = Object.keys(message.base)
      .filter((name) => !this.names.includes(name) && !message.free.includes(name))
    this.rules = message.rules
    this.ruled = Object.keys(message.rules)
    /** @type {Record<string, Numbers>} */
    this.positions = {}
    /** @type {Record<string, number>} */
    this.starts = {}
    let row = 1
    for (const name of this.names) {
      this.positions[name] = message.arrays[`at ${name}`].values
      this.starts[name] = row
      row += this.positions[name].length
    }
    this.presets = message.presets
    this.between = message.between
  }

  /**
   * Have other rows: row 0 is no state of its own any more, those from 1 on are a control's.
   * @param {string} name @param {Float64Array} positions @param {Record<string, Rows>} arrays
   */
  fill(name, positions, arrays) {
    this.base = { [name]: NaN }
    this.between = Infinity // no way leads through them
    this.positions[name] = positions
    Object.assign(this.arrays, arrays, { [`at ${name}`]: { values: positions, shape: [positions.length] } })
  }

  /** @param {string} name @param {number} value */
  index(name, value) {
    return this.positions[name].indexOf(value)
  }

  /** -1 where the table does not hold this state: then nothing is drawn until it does. @param {Values} state */
  row(state) {
    if (this.others.some((name) => state[name] !== this.base[name])) return -1
    const moved = this.names.filter((name) => state[name] !== this.base[name])
    if (moved.length === 0) return 0
    if (moved.length === 1) {
      const at = this.index(moved[0], state[moved[0]])
      if (at >= 0) return this.starts[moved[0]] + at
    }
    return this.preset(state)?.row ?? -1
  }

  /** The preset, of those that have a row, that leads to a state. @param {Values} state */
  preset(state) {
    /** @param {Preset} preset */
    const same = ({ row, values }) => row >= 0 && this.names.every((name) => values[name] === state[name])
    return this.presets.find(same)
  }

  /**
   * The row's value of an array: a number, a typed array, or a nested array for a matrix.
   * @param {string} name @param {number} row @returns {any}
   */
  value(name, row) {
    const { values, shape, which } = this.arrays[name]
    const size = values.length / shape[0]
    if (which) row = which[row]
    if (shape.length === 1) return values[row]
    const flat = values.subarray(row * size, (row + 1) * size)
    if (shape.length === 2) return flat
    const width = shape[2]
    return Array.from({ length: shape[1] }, (_, i) => flat.subarray(i * width, (i + 1) * width))
  }

  /**
   * A control's value in a row: what a rule of the model makes of it, or where it stands there.
   * @param {string} name @param {number} row @returns {number}
   */
  control(name, row) {
    if (name in this.rules) {
      const [array, index] = this.rules[name].split(".")
      return this.value(array, row)[+index]
    }
    if (row >= this.between) return this.arrays[`way ${name}`]?.values[row - this.between] ?? this.base[name]
    const at = row - this.starts[name]
    if (at >= 0 && at < this.positions[name].length) return this.positions[name][at]
    return (this.presets.find((preset) => preset.row === row)?.values ?? this.base)[name]
  }
}
