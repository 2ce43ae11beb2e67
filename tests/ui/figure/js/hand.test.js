// When the server hears of what the hand and the keys move: see ui/figure/js/hand.js.

import assert from "node:assert/strict"
import { test } from "node:test"

import { Hand } from "../../../../ui/figure/js/hand.js"

function hand() {
  let commits = 0
  const one = new Hand({ move: () => {}, commit: () => { commits += 1 }, touched: (name) => name === "moved" })
  return { one, commits: () => commits }
}

test("what was moved is told when it is let go, what was not is not", () => {
  const { one, commits } = hand()
  one.settle("unmoved")
  assert.equal(commits(), 0)
  one.settle("moved")
  assert.equal(commits(), 1)
})

test("a key that repeats is told of once, when it is let go", () => {
  const { one, commits } = hand()
  one.keyed = true
  one.settle("moved")
  one.settle("moved")
  assert.equal(commits(), 0)
  one.keysRest()
  one.keysRest()
  assert.equal(commits(), 1)
})

test("only who holds a control lets it go", () => {
  const { one } = hand()
  one.grab("a", true)
  one.letGo("b")
  assert.equal(one.grabbed, "a")
  one.letGo("a")
  assert.equal(one.grabbed, null)
})

test("it is busy while it holds something, or a key has moved what is not told yet", () => {
  const { one } = hand()
  assert.equal(one.busy, false)
  one.grab("a", true)
  assert.equal(one.busy, true)
  one.letGo("a")
  one.keyed = true
  assert.equal(one.busy, false)
  one.settle("moved")
  assert.equal(one.busy, true)
  one.keysRest()
  assert.equal(one.busy, false)
})
