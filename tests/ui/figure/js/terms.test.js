// What lights what: see ui/figure/js/terms.js.

import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { termOf, touches } from "../../../../ui/figure/js/terms.js"

const message = { vectors: { z: ["z0", "z1"] }, rules: { p0: "p.0", p1: "p.1" }, kin: { p_k: ["truth_p"] } }

describe("the term of a slot", () => {
  test("is its array and its number, however they are written", () => {
    assert.deepEqual(termOf("p.1|3", message), { name: "p", index: 1 })
    assert.deepEqual(termOf("loss|exact", message), { name: "loss" })
  })

  test("of a control of a row is the row's number, also where a rule says it", () => {
    assert.deepEqual(termOf("z1|exact", message), { name: "z", index: 1 })
    assert.deepEqual(termOf("p1", message), { name: "p", index: 1 })
  })
})

describe("terms", () => {
  /** @param {string} one @param {string} other */
  const touch = (one, other) => touches(termOf(one, message), termOf(other, message), message)

  test("of one array light each other, if they are of the same number or of all", () => {
    assert.deepEqual([touch("p.1", "p.1"), touch("p.1", "p"), touch("z", "z1")], [true, true, true])
    assert.deepEqual([touch("p.1", "p.0"), touch("z.1", "p.1"), touch("loss", "p_k")], [false, false, false])
  })

  test("of arrays that show the same light each other, both ways", () => {
    assert.deepEqual([touch("p_k", "truth_p.1"), touch("truth_p.1", "p_k")], [true, true])
  })
})
