// The numbers of a table that can be pressed, by keyboard: Tab comes to one of them, the arrow keys
// go from there over the table, Enter or the space bar presses.

import { all } from "./dom.js"

const ENTRY = "[role=button][data-sets]"

/** Whether a number is drawn: a style may hide some. @param {HTMLElement} node */
const seen = (node) => node.getClientRects().length > 0

/** The table that a number stands in, by its rows. @param {HTMLElement} entry */
const rowsOf = (entry) => [...(entry.closest("table")?.rows ?? [])]

/** The numbers of a row or a cell. @param {Element} part */
const entriesOf = (part) => /** @type {HTMLElement[]} */ (all(part, ENTRY)).filter(seen)

/** The number beside another in its row. @param {HTMLElement} entry @param {number} by */
function along(entry, by) {
  const line = entriesOf(/** @type {Element} */ (entry.closest("tr")))
  return line[line.indexOf(entry) + by]
}

/** The next number above or below in the same column, as far from its start. @param {HTMLElement} entry @param {number} by */
function across(entry, by) {
  const rows = rowsOf(entry)
  const cell = /** @type {HTMLTableCellElement} */ (entry.closest("td, th"))
  const place = entriesOf(cell).indexOf(entry)
  for (let i = rows.indexOf(/** @type {HTMLTableRowElement} */ (cell.parentElement)) + by; rows[i]; i += by) {
    const there = rows[i].cells[cell.cellIndex]
    const found = there ? entriesOf(there) : []
    if (found.length) return found[Math.min(place, found.length - 1)]
  }
}

/** The first number of a table, or the last. @param {HTMLElement} entry @param {number} at @param {boolean} whole or of its row */
const end = (entry, at, whole) => entriesOf(/** @type {Element} */ (entry.closest(whole ? "table" : "tr"))).at(at)

/** @type {Record<string, (entry: HTMLElement, far: boolean) => HTMLElement | undefined>} */
const GOES = {
  ArrowRight: (entry) => along(entry, 1),
  ArrowLeft: (entry) => along(entry, -1),
  ArrowDown: (entry) => across(entry, 1),
  ArrowUp: (entry) => across(entry, -1),
  Home: (entry, far) => end(entry, 0, far),
  End: (entry, far) => end(entry, -1, far),
}

/** Let Tab come to one number of each table: to this one of its own. @param {HTMLElement} entry */
function stopAt(entry) {
  for (const other of all(/** @type {Element} */ (entry.closest("table")), ENTRY)) other.tabIndex = -1
  entry.tabIndex = 0
}

/**
 * Have Tab come to each table: where it came last if that is drawn still, else to what is chosen,
 * else to the first of its numbers.
 * @param {HTMLElement} root
 */
export function keepStops(root) {
  for (const table of all(root, "table[role=grid]")) {
    const entries = entriesOf(table)
    if (entries.some((entry) => entry.tabIndex === 0)) continue
    const first = entries.find((entry) => entry.classList.contains("xent-chosen")) ?? entries[0]
    if (first) stopAt(first)
  }
}

/** A key that is pressed on a number: whether it is one of these. @param {KeyboardEvent} event */
function press(event) {
  const { target, key } = event
  if (!(target instanceof HTMLElement) || !target.matches(ENTRY) || event.altKey || event.metaKey) return
  const go = GOES[key]
  if (!go && key !== "Enter" && key !== " ") return
  event.preventDefault()
  if (go) go(target, event.ctrlKey)?.focus()
  else target.click()
}

/** Have the tables below an element go by keyboard. @param {HTMLElement} root */
export function listen(root) {
  root.addEventListener("keydown", press)
  root.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLElement && target.matches(`table[role=grid] ${ENTRY}`)) stopAt(target)
  })
}
