// The end of a run: the document's language, and what the address lacks. With it comes what every
// page needs when the server was away.

import { readable } from "../base.js"
import "./comeback.js"
import { unfold } from "./unfold.js"
import { bringIntoSight } from "./verdict.js"

/** @type {string | undefined} the page and the hash that have been gone to */
let found

/**
 * What a run adds to the address is added once: its message may come again, with a theme, say.
 * @param {{ data: { language: string, page: string, added: Record<string, string>, run: string } }} component
 */
export function mount({ data: { language, page, added, run } }) {
  const root = document.documentElement
  root.lang = language
  const { pathname, search, hash } = window.location
  if (root.dataset.run === run || !pathname.endsWith("/" + page)) return
  root.dataset.run = run
  const query = new URLSearchParams(search)
  for (const [name, value] of Object.entries(added)) query.set(name, value)
  const wanted = `?${readable(query)}`
  if (query.size && wanted !== search)
    history.replaceState(history.state, "", pathname + wanted + hash)
  if (found !== page + hash) unfold(hash)
  found = page + hash
  requestAnimationFrame(bringIntoSight) // once what this run has said stands in the page
}
