// For test_js.py: reads numbers as JSON has them in text, writes them as the browser would.

import { readFileSync } from "node:fs"

import { exact, parse, show } from "../../../../ui/figure/js/digits.js"

const { numbers, digits, typed } = JSON.parse(readFileSync(0, "utf-8"))
console.log(JSON.stringify({
  shown: digits.map((count) => numbers.map((x) => show(Number(x), count))),
  exactly: numbers.map((x) => exact(Number(x))),
  back: numbers.map((x) => String(parse(exact(Number(x))))),
  parsed: typed.map((text) => String(parse(text))),
}))
