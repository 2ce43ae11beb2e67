// For test_js.py: reads a message of the server's, writes its header and what each array has in each row.

import { readFileSync } from "node:fs"

import { unpack } from "../../../../ui/figure/js/wire.js"

const name = (x) => (Object.is(x, -0) ? "-0" : String(x))
const { arrays, ...header } = unpack(new Uint8Array(readFileSync(0)))
const rows = ({ values, shape, which }) => {
  const width = values.length / shape[0]
  const order = which ?? Array.from({ length: shape[0] }, (_, i) => i)
  return Array.from(order, (row) => Array.from(values.subarray(row * width, (row + 1) * width), name))
}
console.log(JSON.stringify({ header,
  arrays: Object.fromEntries(Object.entries(arrays).map(([key, array]) => [key, rows(array)])) }))
