// Which row shows a state, and what it shows: see ui/figure/js/table.js and shown.js.

import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { Protocol } from "../../../../ui/figure/js/commit.js"
import { Shown } from "../../../../ui/figure/js/shown.js"
import { Table } from "../../../../ui/figure/js/table.js"

const rows = (values, ...shape) => ({ values: Float64Array.from(values), shape: shape.length ? shape : [values.length] })

/** Two controls, a with three positions and b with two, a preset of both, and a state on the way to it. */
const message = () => ({
  base: { a: 1, b: 10, lesson: "x", tab: 0 },
  controls: [{ name: "a" }, { name: "b" }],
  free: ["tab"],
  rules: {},
  presets: [
    { label: "both", row: 6, values: { a: 7, b: 20, lesson: "x", tab: 0 }, way: [7] },
    { label: "of other classes", row: -1, values: { a: 5, b: 20, lesson: "x", tab: 0 }, way: [] },
  ],
  between: 7,
  names: { winner: ["cat|the cat", "dog"] },
  vectors: { ab: ["a", "b"] },
  alt: "The sum is [[sum]], of [[ab|short]].",
  arrays: {
    "at a": rows([0, 1, 2]),
    "at b": rows([10, 20]),
    "way a": rows([4]),
    sum: rows([11, 10, 11, 12, 11, 21, 27, 14]),
    pair: rows([1, 10, 0, 10, 1, 10, 2, 10, 1, 10, 1, 20, 7, 20], 7, 2),
    winner: rows([0, 0, 0, 1, 0, 1, 1]),
    same: { ...rows([1, 2, 3, 4], 2, 2), which: Int32Array.from([0, 1, 0, 1, 0, 1, 1]) },
    matrix: rows(Array.from({ length: 28 }, (_, i) => i), 7, 2, 2),
  },
})

/** What a message shows at a state. */
function shown(state, changed = {}) {
  const protocol = new Protocol({})
  const said = { ...message(), ...changed }
  protocol.take({ ack: "", epoch: 0, base: { ...said.base, ...state } }, false)
  const one = new Shown(protocol, (name) => `all of ${name}`)
  one.take(said, new Table(said))
  return one
}

describe("the row of a state", () => {
  const row = (state) => new Table(message()).row({ ...message().base, ...state })

  test("is the first for the base, and another for each position of a control", () => {
    assert.deepEqual([{}, { a: 0 }, { a: 2 }, { b: 20 }].map(row), [0, 1, 3, 5])
  })

  test("is a preset's for its state", () => {
    assert.equal(row({ a: 7, b: 20 }), 6)
  })

  test("is none for a position that the table lacks, and for two controls moved at once", () => {
    assert.deepEqual([{ a: 0.5 }, { a: 2, b: 20 }, { a: 5, b: 20 }].map(row), [-1, -1, -1])
  })

  test("is none where something else has changed, unless no array depends on it", () => {
    assert.deepEqual([{ lesson: "y" }, { tab: 1 }].map(row), [-1, 0])
  })
})

describe("a table", () => {
  test("gives numbers, rows and matrices, also of rows that are sent once", () => {
    const table = new Table(message())
    assert.equal(table.value("sum", 6), 27)
    assert.deepEqual([...table.value("pair", 5)], [1, 20])
    assert.deepEqual([...table.value("same", 2)], [1, 2])
    assert.deepEqual([...table.value("same", 3)], [3, 4])
    assert.deepEqual(table.value("matrix", 1).map((row) => [...row]), [[4, 5], [6, 7]])
  })

  test("says where a control stands in a row, by its rule if it has one", () => {
    const table = new Table({ ...message(), rules: { b: "pair.1" } })
    assert.deepEqual([0, 1, 5, 6].map((row) => table.control("a", row)), [1, 0, 1, 7])
    assert.equal(table.control("b", 5), 20)
    assert.deepEqual(table.ruled, ["b"])
  })

  test("says where a control stands on the way to a preset, and which preset a state is of", () => {
    const table = new Table(message())
    assert.deepEqual(["a", "b", "lesson"].map((name) => table.control(name, 7)), [4, 10, "x"])
    const both = { a: 7, b: 20, lesson: "x", tab: 0 }
    assert.deepEqual(table.preset(both)?.way, [7])
    assert.equal(table.preset({ ...both, a: 5 }), undefined)
  })

  test("that is filled anew has its rows for the new positions alone", () => {
    const said = { ...message(), base: { a: 1 }, controls: [{ name: "a" }], presets: [] }
    const table = new Table(said)
    table.fill("a", Float64Array.from([1, 5]), { sum: rows([0, 100, 500]) })
    assert.deepEqual([1, 5, 2].map((a) => table.row({ a })), [1, 2, -1])
    assert.equal(table.value("sum", table.row({ a: 1 })), 100)
    assert.deepEqual([...table.arrays["at a"].values], [1, 5])
  })
})

describe("what is shown", () => {
  test("on the way is its row, not the state's", () => {
    const one = shown({ a: 7, b: 20 }, { base: message().base })
    one.between = 7
    assert.deepEqual(one.settled(), { a: 4, b: 10, lesson: "x", tab: 0 })
    assert.equal(one.slot("sum", one.row), "14.00")
    one.between = null
    assert.equal(one.row, 6)
  })

  test("of a control is its own value, or what a rule makes of it", () => {
    assert.deepEqual(shown({ a: 7, b: 20 }, { base: message().base }).settled(), { a: 7, b: 20, lesson: "x", tab: 0 })
    assert.equal(shown({}, { rules: { b: "pair.1" } }).control("b", 5), 20)
    const one = shown({})
    one.protocol.move({ a: 0.5 })
    assert.equal(one.control("a"), 0.5) // the table has no row for it
  })

  test("in a slot are digits, names, parts and rows", () => {
    const one = shown({})
    const slot = (key, row) => one.slot(key, row)
    assert.deepEqual([slot("sum", 6), slot("sum|2", 6), slot("pair.1", 5)], ["27.00", "27", "20.00"])
    assert.deepEqual([slot("a", 0), slot("ab|short", 0), slot("pair|exact", 5)], ["1", "1, 10", "1, 20"])
    assert.deepEqual([slot("winner", 0), slot("winner", 3)], ["the cat", "dog"])
    assert.equal(slot("matrix|exact", 1), "(4, 5), (6, 7)")
    assert.equal(one.alt(5), "The sum is 21.00, of 1, 20.")
    assert.deepEqual(one.named(["winner"], 0), "cat|the cat")
  })

  test("of what one looks at is its part", () => {
    const one = shown({})
    one.picked.look = 1
    assert.equal(one.value("pair@look", 5), 20)
    assert.equal(one.slot("look", 0), "1")
  })

  test("in a trace are numbers, or their texts, none of them empty", () => {
    const one = shown({}, { names: { winner: ["", "dog"] } })
    assert.deepEqual(one.field("sum", 5), [21])
    assert.deepEqual(one.field("pair|2", 5), ["1.0", "20"])
    assert.deepEqual(one.field("winner|word", 0), ["\u00a0"])
    assert.equal(one.field("sum*", 0), "all of sum")
  })
})
