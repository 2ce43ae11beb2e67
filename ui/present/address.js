// The view in the address: which figure is seen alone. The page's state stands beside it, and is
// the server's; the view is the browser's own. No DOM here.

import { readable } from "../base.js"

const [VIEW, FIGURE, PLAN] = ["view", "figure", "plan"]
const FIGURES = /^[\w-]{1,60}$/

/**
 * How a page is seen: a figure of it, "" for the first one. `kind` is "present", or "figure" where
 * nobody presents: in a frame of another page.
 * @typedef {{ kind: string, figure: string }} View
 */

/** The view that an address asks for; null for the page as such. @param {string} search @returns {View | null} */
export function viewOf(search) {
  const query = new URLSearchParams(search)
  const kind = query.get(VIEW) ?? ""
  const figure = query.get(FIGURE) ?? ""
  return ["present", "figure"].includes(kind) ? { kind, figure: FIGURES.test(figure) ? figure : "" } : null
}

/** The plan that an address brings. @param {string} search */
export const planOf = (search) => new URLSearchParams(search).get(PLAN)

/** An address without what is said of views and plans. @param {string} search */
export const stateOf = (search) => seen(search, null)

/**
 * A query with a view, or without one; an unknown one stays, as the page tells the reader of it.
 * @param {string} search @param {View | null} view
 */
export function seen(search, view) {
  const query = new URLSearchParams(search)
  if (!view && !viewOf(search) && !query.has(FIGURE) && !query.has(PLAN)) return readable(search.replace(/^\?/, ""))
  if (viewOf(search)) query.delete(VIEW)
  query.delete(FIGURE)
  query.delete(PLAN)
  if (view) query.set(VIEW, view.kind)
  if (view?.figure) query.set(FIGURE, view.figure)
  return readable(query)
}

/** Whether two queries say the same of the page, but for what is folded. @param {string} one @param {string} other */
export function sameState(one, other) {
  const [a, b] = [one, other].map((search) => {
    const query = new URLSearchParams(stateOf(search))
    query.delete("open")
    query.sort()
    return `${query}`
  })
  return a === b
}

/** Which folds an address says are open. @param {string} search */
export const foldsOf = (search) => new URLSearchParams(search).get("open") ?? ""

/** A query with other folds open. @param {string} search @param {string} open */
export function folded(search, open) {
  const query = new URLSearchParams(search)
  if (open) query.set("open", open)
  else query.delete("open")
  return readable(query)
}
