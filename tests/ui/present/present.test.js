// What the present view does without a page: its keys, its address, its plans (see ui/present).

import assert from "node:assert/strict"
import { describe, test } from "node:test"

import { folded, foldsOf, planOf, sameState, seen, stateOf, viewOf } from "../../../ui/present/address.js"
import { actionOf } from "../../../ui/present/keys.js"
import { LONGEST, MOST, moved, read, write } from "../../../ui/present/plan.js"
import { Shelf } from "../../../ui/present/shelf.js"

const LESSONS = ["home", "softmax", "cross_entropy"]

describe("keys", () => {
  const plain = { ctrlKey: false, metaKey: false, altKey: false }
  const on = { presenting: true, typing: false, pressing: false }
  const does = (key, now = {}, held = {}) => actionOf({ key, ...plain, ...held }, { ...on, ...now })

  test("a clicker turns, letters do the rest, small or large", () => {
    const wanted = { PageDown: "next", PageUp: "back", " ": "show", r: "reset", R: "reset", u: "undo", B: "hide",
      "?": "explain", p: "leave", Escape: "leave", x: null, Enter: null, ArrowRight: null }
    for (const [key, action] of Object.entries(wanted)) assert.equal(does(key), action, key)
  })
  test("on a page only P does something", () => {
    assert.equal(does("P", { presenting: false }), "enter")
    for (const key of ["PageDown", " ", "r", "Escape", "?"]) assert.equal(does(key, { presenting: false }), null)
  })
  test("nothing is done while one types, nor with a key that is held for something else", () => {
    for (const key of ["p", "PageDown", " ", "Escape", "b"]) assert.equal(does(key, { typing: true }), null)
    for (const held of ["ctrlKey", "metaKey", "altKey"]) assert.equal(does("p", {}, { [held]: true }), null)
  })
  test("Space presses the button that was come to by the keyboard", () => {
    assert.equal(does(" ", { pressing: true }), null)
    assert.equal(does("PageDown", { pressing: true }), "next")
  })
})

describe("the address", () => {
  test("says how a page is seen, and leaves its state as it is", () => {
    const view = { kind: "present", figure: "move" }
    assert.equal(seen("?z=1,2&said=a:1", view), "z=1,2&said=a:1&view=present&figure=move")
    assert.deepEqual(viewOf("?z=1,2&view=present&figure=move"), view)
    assert.equal(seen("?view=present&figure=move&z=1,2", null), "z=1,2")
    assert.equal(seen("?view=present&figure=move", { kind: "figure", figure: "" }), "view=figure")
  })
  test("may ask for what there is not: then it is a page's", () => {
    assert.equal(viewOf("?view=cinema&figure=move"), null)
    assert.equal(seen("?view=cinema&z=1", null), "view=cinema&z=1") // the page tells the reader of it
    for (const bad of ["a b", "<b>", "x".repeat(61), '"]']) {
      const query = new URLSearchParams({ view: "present", figure: bad })
      assert.deepEqual(viewOf(`?${query}`), { kind: "present", figure: "" })
    }
  })
  test("never keeps a plan", () => {
    assert.equal(planOf("?plan=softmax.move&z=1"), "softmax.move")
    assert.equal(planOf("?z=1"), null)
    assert.equal(stateOf("?plan=softmax.move&z=1&view=present&figure=a"), "z=1")
  })
  test("has another state if more than the view and the folds is another", () => {
    assert.ok(sameState("?a=1&b=2&view=present", "?b=2&open=all&a=1"))
    assert.ok(!sameState("?a=1", "?a=2"))
    assert.equal(folded("?a=1&open=all", foldsOf("?b=2&open=slope,two")), "a=1&open=slope,two")
    assert.equal(folded("?a=1&open=all", foldsOf("?b=2")), "a=1")
  })
})

describe("a plan", () => {
  const plan = [
    { lesson: "softmax", figure: "move", query: "s=3&c=0&w=1,2,3" },
    { lesson: "home", figure: "home", query: "" },
    { lesson: "cross_entropy", figure: "pair", query: "names=%E7%8C%AB,a+b%26*%3B!&p=0.5,0.5" },
  ]
  test("is a text that a link holds as it is, and is read as it was", () => {
    const text = write(plan)
    assert.match(text, /^softmax\.move\?s=3;c=0;w=1,2,3!home\.home!/)
    assert.equal(new URLSearchParams(`plan=${text}`).get("plan"), text)
    const names = (stations) => stations.map(({ query }) => new URLSearchParams(query).get("names"))
    assert.deepEqual(names(read(text, LESSONS)), [null, null, "猫,a b&*;!"])
    assert.equal(write(read(text, LESSONS)), text)
  })
  test("has states of figures, nothing of how they were seen or in which language", () => {
    const query = "s=3&view=present&figure=x&plan=y&lang=zh"
    assert.equal(write([{ lesson: "softmax", figure: "move", query }]), "softmax.move?s=3")
  })
  test("leads to lessons of ours and nowhere else", () => {
    for (const bad of ["", "softmax", "softmax.", ".move", "nowhere.move", "//evil.example.move", "javascript:alert(1).x",
      "softmax/../x.move", "softmax.move/../..", "https://evil.example!softmax.move", "softmax.move!", "__proto__.x",
      "constructor.x", "softmax.<img>", "softmax.move\n?s=1", "x".repeat(LONGEST + 1), `softmax.move?s=${"1".repeat(3000)}`])
      assert.equal(read(bad, LESSONS), null, bad.slice(0, 40))
    const [station] = read("softmax.move?s=3#//evil.example", LESSONS)
    assert.ok(!station.query.includes("#"))
  })
  test("is not endless", () => {
    assert.equal(read(Array(MOST).fill("softmax.move").join("!"), LESSONS).length, MOST)
    assert.equal(read(Array(MOST + 1).fill("softmax.move").join("!"), LESSONS), null)
  })
  test("has its stations moved", () => {
    assert.deepEqual(moved([0, 1, 2], 2, 0), [2, 0, 1])
    assert.deepEqual(moved([0, 1, 2], 0, 1), [1, 0, 2])
  })
})

describe("a shelf", () => {
  const A = { lesson: "softmax", figure: "move", query: "s=3" }
  const B = { lesson: "home", figure: "home", query: "" }

  function place() {
    const held = new Map()
    return { held, getItem: (key) => held.get(key) ?? null, setItem: (key, text) => held.set(key, text),
      removeItem: (key) => held.delete(key) }
  }

  test("keeps the reader's plan, and where in it a tab is", () => {
    const [kept, shown] = [place(), place()]
    const shelf = new Shelf(LESSONS, kept, shown)
    shelf.put([A, B])
    assert.equal(shelf.station, -1)
    shelf.go(1)
    const again = new Shelf(LESSONS, kept, shown)
    assert.deepEqual([again.plan, again.station], [[A, B], 1])
    assert.deepEqual([new Shelf(LESSONS, kept, place()).plan, new Shelf(LESSONS, kept, place()).station], [[A, B], -1])
    again.put(again.plan.toReversed())
    assert.equal(again.station, 0) // it stays where it was
    assert.deepEqual(new Shelf(LESSONS, kept, place()).plan, [B, A])
  })
  test("shows the plan of a link, which takes no other's place", () => {
    const [kept, shown] = [place(), place()]
    const shelf = new Shelf(LESSONS, kept, shown)
    shelf.put([A])
    assert.ok(shelf.open(write([B, A])))
    assert.deepEqual([shelf.plan.length, shelf.station], [2, 0])
    shelf.put(shelf.plan.slice(0, 1))
    assert.deepEqual(new Shelf(LESSONS, kept, shown).plan, [B])
    shelf.end()
    assert.deepEqual([shelf.plan, shelf.station], [[A], -1])
    assert.deepEqual(new Shelf(LESSONS, kept, shown).plan, [A])
  })
  test("takes nothing that is no plan", () => {
    const [kept, shown] = [place(), place()]
    kept.setItem("xent plan", "{]")
    shown.setItem("xent plan shown", "7 softmax.move")
    const shelf = new Shelf(LESSONS, kept, shown)
    assert.deepEqual([shelf.plan, shelf.station], [[], -1])
    assert.ok(!shelf.open("javascript:alert(1)"))
    assert.deepEqual([shelf.plan, shelf.station], [[], -1])
  })
})
