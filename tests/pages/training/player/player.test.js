// The run as a film, and the rows that come: see pages/training/player/film.js and rows.js.

import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { Film, settings } from "../../../../pages/training/player/film.js"
import { merge } from "../../../../pages/training/player/rows.js"

const about = (more = {}) => ({ steps: [], step: 30, done: false, rates: [], rate: 1, sample: 0, link: "", failures: [], ...more })

function film(more = {}, steps = [0, 10, 20, 30]) {
  const one = new Film({ url: `/run/${Math.random()}`, total: 100, perEpoch: 10, epochs: 10, at: 0, speed: 1, about: about(), ...more })
  one.steps = steps
  one.begin()
  return one
}

describe("a film", () => {
  test("opens at its newest state, or where one left it", () => {
    const one = film()
    assert.deepEqual([one.cursor, one.follow], [30, true])
    one.cursor = 12
    one.leave()
    const again = film({ url: one.stream.url })
    assert.deepEqual([again.cursor, again.follow], [10, false])
    again.cursor = 30
    again.leave()
    assert.equal(film({ url: one.stream.url }).follow, true)
  })

  test("shows the last state before the cursor, on the way to the next", () => {
    const one = film()
    one.cursor = 15
    assert.equal(one.look(), 1)
    assert.equal(one.part, 0.5)
    one.cursor = 30
    assert.equal(one.look(), 3)
    assert.equal(one.part, 0)
  })

  test("knows a message of the page that tells of a moment before", () => {
    const one = film()
    assert.equal(one.isNow(about({ link: "in other words" })), true)
    for (const before of [{ step: 20 }, { rates: [[20, 0.5]] }, { sample: 3 }])
      assert.equal(one.isNow(about(before)), false)
  })

  test("runs at its speed, up to what is there", () => {
    const one = film()
    one.cursor = 0
    one.run(0.5)
    assert.equal(one.cursor, 5)
    one.run(60)
    assert.equal(one.cursor, 30)
    one.speed = 0 // as fast as it goes: the newest state within a fifth of a second
    one.cursor = 0
    one.run(0.1)
    assert.equal(one.cursor, 15)
  })

  test("asks for what is needed soon, an epoch at least, and never for more than there is", () => {
    const one = film()
    assert.equal(one.wanted, 40)
    one.speed = 5
    assert.equal(one.wanted, 60)
    one.speed = 0
    assert.equal(one.wanted, 100)
  })

  test("stops at the newest state, or at the one that is shown when one looks back", () => {
    const one = film()
    one.playing = true
    one.stop()
    assert.deepEqual([one.cursor, one.follow, one.playing], [30, true, false])
    one.cursor = 17
    one.stop()
    assert.deepEqual([one.cursor, one.follow], [10, false])
  })

  test("goes to the state next to where the hand is", () => {
    assert.deepEqual([-5, 14, 16, 99].map((value) => film().nearest(value)), [0, 10, 20, 30])
  })

  test("follows what comes, unless one looks back; but not beyond a state that is gone", () => {
    const one = film()
    one.steps = [0, 10, 20, 30, 40]
    one.hear(about({ step: 40 }), 0)
    assert.equal(one.cursor, 40)
    one.follow = false
    one.cursor = 20
    one.hear(about({ step: 50 }), 1000)
    assert.equal(one.cursor, 20)
    one.steps = [0]
    one.hear(about({ step: 0 }), 2000)
    assert.equal(one.cursor, 0)
  })

  test("measures the server's pace, and says how long it takes", () => {
    const one = film()
    one.hear(about({ step: 30 }), 0)
    one.hear(about({ step: 40 }), 1000)
    assert.equal(one.pace, 10)
    one.cursor = 30
    assert.deepEqual(one.time, { epoch: 3, seconds: 0, over: false })
    one.playing = true
    assert.equal(one.time.seconds, 7)
    one.cursor = 100
    one.about = about({ done: true })
    assert.deepEqual(one.time, { epoch: 10, seconds: 0, over: true })
  })

  test("has no goal any more once it is reached", () => {
    const one = film({ at: 50 })
    one.hear(about({ step: 40 }), 0)
    assert.equal(one.goal, 50)
    one.hear(about({ step: 50 }), 0)
    assert.equal(one.goal, 0)
  })

  test("tells of a failure when it was seen", () => {
    const one = film()
    one.about = about({ failures: [null, { step: 25 }, { step: 35 }] })
    assert.deepEqual(one.failures, [{ step: 25 }])
  })
})

test("links to one run at other steps have the same settings", () => {
  assert.equal(settings("run=a&vs=b&at=3"), settings("vs=b&at=5&run=a"))
  assert.notEqual(settings("run=a"), settings("run=b"))
})

describe("rows that come", () => {
  const array = (...values) => ({ values: Float64Array.from(values), shape: [values.length / 2, 2] })
  // row 0 is no state
  const had = () => ({ pair: array(0, 0, 1, 1, 2, 2) })

  test("are put behind those that are there", () => {
    const message = { steps: [0, 1, 2], new: [2], arrays: { pair: array(3, 3) } }
    const { steps, arrays } = merge(message, [0, 1], had(), [], 1)
    assert.deepEqual(steps, [0, 1, 2])
    assert.deepEqual([...arrays.pair.values], [0, 0, 1, 1, 2, 2, 3, 3])
    assert.deepEqual(arrays.pair.shape, [4, 2])
  })

  test("leave of the old ones what the server keeps", () => {
    const message = { steps: [0, 2], new: [2], arrays: { pair: array(3, 3) } }
    const { steps, arrays } = merge(message, [0, 1], had(), [], 1)
    assert.deepEqual(steps, [0, 2])
    assert.deepEqual([...arrays.pair.values], [0, 0, 1, 1, 3, 3])
  })

  test("are of the states alone", () => {
    const { arrays } = merge({ steps: [0], new: [], arrays: {} }, [0, 1], { ...had(), images: array(1, 2) }, ["images"], 1)
    assert.deepEqual(Object.keys(arrays), ["pair"])
  })

  test("are not waited for where nothing is new, though the server keeps less", () => {
    const { steps, arrays } = merge({ steps: [0], new: [], arrays: {} }, [0, 1], had(), [], 1)
    assert.deepEqual(steps, [0])
    assert.deepEqual([...arrays.pair.values], [0, 0, 1, 1])
    assert.equal(merge({ steps: [0, 1], new: [], arrays: {} }, [0, 1], had(), [], 1), null)
  })

  test("take the place of all others where everything was asked for anew", () => {
    const fresh = { ...array(9, 9, 8, 8), which: Int32Array.from([1, 0]) } // equal rows are sent once
    const { steps, arrays } = merge({ steps: [0, 1], new: [0, 1], arrays: { pair: fresh } }, [0, 1], had(), [], -1)
    assert.deepEqual(steps, [0, 1])
    assert.deepEqual([...arrays.pair.values], [0, 0, 8, 8, 9, 9])
  })

  test("that the server keeps but nobody has are left out till they come", () => {
    const { steps } = merge({ steps: [0, 5, 6], new: [6], arrays: { pair: array(3, 3) } }, [0], had(), [], 5)
    assert.deepEqual(steps, [0, 6])
  })
})
