// A picture on its way: see ui/figure/js/travel.js. The clock and the screen are the test's own.

import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { MS, Travel } from "../../../../ui/figure/js/travel.js"

/** A way on a clock that goes by hand; `shown` is what was shown, and when. */
function setUp({ still = false } = {}) {
  const it = { time: 1000, shown: [], next: null }
  it.travel = new Travel({
    show: (row) => it.shown.push([it.time - 1000, row]),
    still: () => still,
    now: () => it.time,
    frame: (next) => { it.next = next; return 1 },
    cancel: () => { it.next = null },
  })
  it.frames = (...times) => times.forEach((time) => {
    it.time = 1000 + time
    const { next } = it
    it.next = null
    next?.()
  })
  return it
}

describe("a way", () => {
  test("shows its first row at once, each for the same time, then the state's own", () => {
    const it = setUp()
    it.travel.go([7, 8, 9, 10, 11], 100)
    it.frames(10, 19, 20, 40, 60, 80, 99, 100)
    assert.deepEqual(it.shown, [[0, 7], [20, 8], [40, 9], [60, 10], [80, 11], [100, null]])
    assert.equal(it.travel.underWay, false)
    assert.equal(it.next, null)
  })

  test("takes 350 ms", () => {
    const it = setUp()
    it.travel.go([7, 8])
    it.frames(MS - 1)
    assert.equal(it.travel.underWay, true)
    it.frames(350)
    assert.deepEqual(it.shown.at(-1), [350, null])
  })

  test("leaves out what a slow screen has no time for, and ends in time", () => {
    const it = setUp()
    it.travel.go([7, 8, 9, 10, 11], 100)
    it.frames(50, 130)
    assert.deepEqual(it.shown, [[0, 7], [50, 9], [130, null]])
  })

  test("is stopped by a touch: the state is shown at once, and no row after it", () => {
    const it = setUp()
    it.travel.go([7, 8, 9], 90)
    it.frames(30)
    it.travel.stop()
    it.frames(60, 90)
    assert.deepEqual(it.shown, [[0, 7], [30, 8], [30, null]])
    it.travel.stop()
    assert.equal(it.shown.length, 3)
  })

  test("is none where nothing may move, or no row lies between", () => {
    const still = setUp({ still: true })
    still.travel.go([7, 8])
    const next = setUp()
    next.travel.go([])
    assert.deepEqual([still.shown, next.shown], [[], []])
    assert.equal(still.travel.underWay || next.travel.underWay, false)
  })

  test("that begins ends the one before", () => {
    const it = setUp()
    it.travel.go([7, 8], 100)
    it.frames(50)
    it.travel.go([1, 2], 100)
    it.frames(100, 150)
    assert.deepEqual(it.shown, [[0, 7], [50, 8], [50, 1], [100, 2], [150, null]])
  })
})

describe("what comes meanwhile", () => {
  test("is done at the end, the last of it, once", () => {
    const it = setUp()
    const done = []
    it.travel.go([7], 100)
    it.travel.after(() => done.push("first"))
    it.travel.after(() => done.push("last"))
    assert.deepEqual(done, [])
    it.frames(100)
    assert.deepEqual(done, ["last"])
    it.travel.go([7], 100)
    it.travel.stop()
    assert.deepEqual(done, ["last"])
  })

  test("may begin a way of its own", () => {
    const it = setUp()
    it.travel.go([7], 100)
    it.travel.after(() => it.travel.go([8], 100))
    it.travel.stop()
    it.frames(100)
    assert.deepEqual(it.shown.map(([, row]) => row), [7, null, 8, null])
  })
})
