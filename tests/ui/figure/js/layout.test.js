// A figure in its room: see ui/figure/js/layout.js.

import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { enlarge, fitted, legible, letters, smallest } from "../../../../ui/figure/js/layout.js"

const ROOM = { width: 900, height: 0, least: 14 }
const LAYOUT = { height: 336, xaxis: { domain: [0, 0.5] }, meta: { narrow: { "xaxis.domain": [0, 1], height: 600 } } }

describe("a layout", () => {
  test("grows with the window, or fills the room where it has to", () => {
    assert.equal(fitted(LAYOUT, ROOM, 800).height, 336)
    assert.equal(fitted(LAYOUT, ROOM, 1080).height, 454)
    assert.equal(fitted(LAYOUT, { ...ROOM, height: 250 }, 800).height, 250)
  })
  test("of large letters has the room of a smaller screen", () => {
    const room = { width: 1200, height: 400, least: 20 }
    assert.equal(fitted(LAYOUT, room, 800).height, 280)
    assert.equal(letters(room), 14)
    assert.deepEqual(fitted(LAYOUT, { ...room, width: 700 }, 800).xaxis.domain, [0, 1])
  })
  test("of a narrow room has the places and the height that it asks for there", () => {
    const narrow = fitted(LAYOUT, { width: 390, height: 0, least: 14 }, 800)
    assert.deepEqual([narrow.xaxis.domain, narrow.height], [[0, 1], 600])
    assert.deepEqual(LAYOUT.xaxis.domain, [0, 0.5])
  })
})

describe("what is enlarged", () => {
  test("is what is counted in pixels, and nothing else", () => {
    const figure = { width: 0.8, margin: { l: 50, t: 28 }, font: { size: 15 }, marker: { size: [4, 6], line: { width: 2 } },
      textfont: { size: 14 }, y: [1, 2], xaxis: { range: [0, 1], title: { standoff: 4, font: { size: 15 } } },
      annotations: [{ x: 0.5, ax: 0, ay: -30, xshift: 6, font: { size: 16 } }] }
    assert.deepEqual(enlarge(structuredClone(figure), 1), figure)
    assert.deepEqual(enlarge(figure, 2), { width: 0.8, margin: { l: 100, t: 56 }, font: { size: 30 },
      marker: { size: [8, 12], line: { width: 4 } }, textfont: { size: 28 }, y: [1, 2],
      xaxis: { range: [0, 1], title: { standoff: 8, font: { size: 30 } } },
      annotations: [{ x: 0.5, ax: 0, ay: -60, xshift: 12, font: { size: 32 } }] })
  })
  test("has letters of the least size, once they are legible", () => {
    const room = { width: 1200, height: 400, least: 21 }
    const font = { textfont: { size: 9 } }
    assert.equal(enlarge(legible(font, smallest(room)), 21 / 14).textfont.size, 21)
  })
})
