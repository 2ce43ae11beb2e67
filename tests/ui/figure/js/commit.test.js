// What the server is told of a change, and what becomes of its answers: see ui/figure/js/commit.js.

import assert from "node:assert/strict"
import { beforeEach, describe, mock, test } from "node:test"

import { Protocol } from "../../../../ui/figure/js/commit.js"

const BASE = { a: 1, b: 2 }

/** A protocol whose way to the server is written down. */
function protocol({ lost = false, there = true, running = false } = {}) {
  const did = []
  const way = { did, lost, there, running }
  const one = new Protocol({ send: (commit) => did.push(commit), ask: () => did.push("ask"),
    rerun: () => did.push("rerun"), lost: () => way.lost, there: () => way.there,
    running: () => way.running })
  one.take({ ack: "", epoch: 0, base: BASE }, false)
  return Object.assign(one, { way })
}

const sent = (one) => one.way.did.filter((what) => typeof what === "object")
const answer = (one, base, epoch = 0) => ({ ack: one.inflight, epoch, base })

/** Let time pass, by and by: what is set in the meantime has its turn, too. */
function pass(milliseconds) {
  for (let i = 0; i < milliseconds; i += 100) mock.timers.tick(100)
}

beforeEach(() => {
  mock.timers.reset()
  mock.timers.enable({ apis: ["setTimeout"] })
})

describe("a change", () => {
  test("is sent with a name of its own, its values as text", () => {
    const one = protocol()
    one.move({ a: 1.5 })
    one.commit(one.state)
    assert.deepEqual(sent(one), [{ id: one.inflight, values: { a: "1.5", b: "2" }, offered: false }])
    assert.equal(one.touched.size, 0)
    assert.ok(one.waits && !one.due)
  })

  test("says whether it is one that the page offers", () => {
    const one = protocol()
    one.go({ a: 5, b: 5 })
    one.commit(one.state)
    one.move({ b: 6 })
    one.again() // as it was sent
    one.take(answer(one, { a: 5, b: 5 }), false)
    one.commit(one.state)
    assert.deepEqual(sent(one).map(({ offered }) => offered), [true, true, false])
  })

  test("waits while another is under way, and follows with its answer", () => {
    const one = protocol()
    one.move({ a: 5 })
    one.commit(one.state)
    one.move({ b: 6 })
    one.commit(one.state)
    one.move({ b: 7 })
    assert.equal(sent(one).length, 1)
    one.take(answer(one, { a: 5, b: 2 }), false)
    assert.deepEqual(one.state, { a: 5, b: 7 })
    assert.ok(one.due)
    one.commit(one.state)
    assert.deepEqual(sent(one)[1].values, { a: "5", b: "7" })
    assert.ok(!one.due)
  })

  test("is told again at once when another server has run the page, if it is not answered yet", () => {
    const one = protocol()
    one.again()
    assert.deepEqual(sent(one), [])
    one.move({ a: 5 })
    one.commit(one.state)
    one.again()
    assert.deepEqual(sent(one)[1], sent(one)[0])
    one.take(answer(one, { a: 5, b: 2 }), false)
    one.again()
    assert.equal(sent(one).length, 2)
  })

  test("is forgotten when its answer has come", () => {
    const one = protocol()
    one.move({ a: 5 })
    one.commit(one.state)
    one.take(answer(one, { a: 5, b: 2.5 }), false)
    assert.deepEqual(one.state, { a: 5, b: 2.5 }) // the server may know better
    assert.ok(!one.waits)
  })

  test("of which only a part is left in the server's state leaves no more behind", () => {
    const one = protocol()
    one.move({ a: 5 })
    one.commit(one.state)
    one.go({ a: 5, b: 3, c: 4 })
    one.take(answer(one, { a: 5, b: 2 }), true)
    assert.deepEqual(one.state, { a: 5, b: 3 })
  })
})

describe("an answer", () => {
  test("to an earlier question leaves alone what the hand does", () => {
    const one = protocol()
    one.move({ a: 5 })
    one.commit(one.state)
    one.move({ a: 6 })
    one.take({ ack: "earlier", epoch: 0, base: { a: 3, b: 2 } }, true)
    assert.deepEqual(one.state, { a: 6, b: 2 })
    assert.ok(one.waits)
  })

  test("that nobody waits for is the state", () => {
    const one = protocol()
    one.take({ ack: "earlier", epoch: 0, base: { a: 3, b: 2 } }, false)
    assert.deepEqual(one.state, { a: 3, b: 2 })
  })

  test("while a control is held moves the others only", () => {
    const one = protocol()
    one.move({ a: 5 })
    one.commit(one.state)
    one.move({ a: 6 })
    one.take(answer(one, { a: 5, b: 9 }), true)
    assert.deepEqual(one.state, { a: 6, b: 9 })
    assert.ok(!one.waits)
  })

  test("of another epoch ends all that was under way: the state was changed from elsewhere", () => {
    const one = protocol()
    one.move({ a: 5 })
    one.commit(one.state)
    one.move({ b: 6 })
    one.commit(one.state)
    one.take({ ack: "", epoch: 1, base: { a: 8, b: 8 } }, true)
    assert.deepEqual(one.state, { a: 8, b: 8 })
    assert.ok(!one.waits)
    assert.equal(one.touched.size, 0)
    one.take({ ack: "", epoch: 1, base: { a: 8, b: 8 } }, false)
    assert.deepEqual(one.state, { a: 8, b: 8 })
  })

  test("of a new server, which counts anew, ends nothing if it has the state that was known", () => {
    const one = protocol()
    one.take({ ack: "", epoch: 3, base: { a: 4, b: 4 } }, false)
    one.move({ a: 5 })
    one.commit(one.state)
    one.move({ b: 6 })
    one.take({ ack: "", epoch: 0, base: { a: 4, b: 4 } }, true) // it has not heard of the change
    assert.deepEqual(one.state, { a: 5, b: 6 })
    assert.ok(one.waits)
    one.take(answer(one, { a: 5, b: 4 }, 1), true) // and now it has
    assert.deepEqual(one.state, { a: 5, b: 6 })
    assert.ok(!one.waits)
  })
})

describe("a change that stays without an answer", () => {
  const lonely = (way) => {
    const one = protocol(way)
    one.move({ a: 5 })
    one.commit(one.state)
    one.way.did.length = 0
    return one
  }

  test("has the server asked for, then the page run again, then itself told again", () => {
    const one = lonely()
    const id = one.inflight
    pass(1500)
    assert.deepEqual(one.way.did, ["ask"])
    pass(2500)
    assert.deepEqual(one.way.did, ["ask", "rerun"])
    pass(1500)
    assert.deepEqual(sent(one), [{ id, values: { a: "5", b: "2" }, offered: false }])
    assert.equal(one.inflight, id)
  })

  test("waits as long as the server is lost, and is told when it is back", () => {
    const one = lonely({ lost: true })
    pass(20_000)
    assert.ok(one.way.did.every((what) => what === "ask"))
    one.way.lost = false
    pass(6000)
    assert.ok(one.way.did.includes("rerun"))
    assert.equal(sent(one).length, 1)
  })

  test("waits for a run that is under way: one more would take it back", () => {
    const one = lonely({ running: true })
    pass(9000)
    assert.ok(one.way.did.every((what) => what === "ask"))
    one.way.running = false
    pass(6000)
    assert.equal(sent(one).length, 1)
  })

  test("is left alone once it is answered", () => {
    const one = lonely()
    pass(4000)
    one.take(answer(one, { a: 5, b: 2 }), false)
    one.way.did.length = 0
    pass(60_000)
    assert.deepEqual(one.way.did, [])
  })

  test("does not remind for the next one", () => {
    const one = lonely()
    pass(1000)
    one.take(answer(one, { a: 5, b: 2 }), false)
    one.move({ a: 6 })
    one.commit(one.state)
    one.way.did.length = 0
    pass(600) // the first one would have asked by now
    assert.deepEqual(one.way.did, [])
  })

  test("goes with its figure", () => {
    const one = lonely({ there: false })
    pass(60_000)
    assert.deepEqual(one.way.did, ["ask"])
  })
})

describe("figures of one state", () => {
  test("show what the hand has moved in the one that is moved", () => {
    const [leader, other] = [protocol(), protocol()]
    leader.move({ a: 5 })
    other.follow(leader)
    assert.deepEqual(other.state, { a: 5, b: 2 })
    assert.equal(other.touched.size, 0)
  })

  test("keep to it when the server answers an earlier change", () => {
    const [leader, other] = [protocol(), protocol()]
    leader.move({ a: 5 })
    other.take({ ack: "", epoch: 0, base: { a: 3, b: 3 } }, false, leader)
    assert.deepEqual(other.state, { a: 5, b: 3 })
  })

  test("follow no other while they are moved themselves", () => {
    const [leader, other] = [protocol(), protocol()]
    leader.move({ a: 5 })
    other.move({ b: 7 })
    other.take({ ack: "", epoch: 0, base: { a: 3, b: 3 } }, true, leader)
    assert.deepEqual(other.state, { a: 1, b: 7 })
  })

  test("follow no other when the state was changed from elsewhere", () => {
    const [leader, other] = [protocol(), protocol()]
    leader.move({ a: 5 })
    other.take({ ack: "", epoch: 1, base: { a: 3, b: 3 } }, false, leader)
    assert.deepEqual(other.state, { a: 3, b: 3 })
  })
})

test("what stands elsewhere is nothing to tell the server of", () => {
  const one = protocol()
  one.stand("a", 9)
  assert.deepEqual(one.state, { a: 9, b: 2 })
  assert.equal(one.touched.size, 0)
})
