// The steps of the address. Each has the view, of which Streamlit knows nothing; each change of the
// page's state that is made in the view can be undone.

import { folded, foldsOf, sameState, seen, stateOf } from "./address.js"

/** @import { View } from "./address.js" */

const MOST = 100 // changes that can be undone

export class Steps {
  /** @param {() => View | null} view how the page is seen now */
  constructor(view) {
    this.view = view
    /** @type {string[]} the addresses before each change */
    this.before = []
    this.going = false
    this.left = "" // the run of the page that was gone from
    for (const name of /** @type {const} */ (["pushState", "replaceState"])) this.keep(name)
  }

  /** Have every address of the browser's history say the view. @param {"pushState" | "replaceState"} name */
  keep(name) {
    const set = history[name].bind(history)
    history[name] = (state, unused, url) => {
      const from = new URL(location.href)
      const there = new URL(url ?? from, from)
      there.search = seen(there.search, this.view())
      set(state, unused, there)
      const changed = from.pathname === there.pathname && !sameState(from.search, there.search)
      if (changed && name === "pushState" && this.view() && !this.going)
        this.before = [...this.before.slice(1 - MOST), `${from.pathname}?${stateOf(from.search)}`]
    }
  }

  /** Go to a page of ours and its state, as the browser's Back does: nothing loads anew. @param {string} path */
  go(path) {
    this.left = document.documentElement.dataset.run ?? ""
    this.going = true
    history.pushState(null, "", path)
    this.going = false
    dispatchEvent(new PopStateEvent("popstate"))
  }

  /** Have other folds open. @param {string} open */
  fold(open) {
    this.go(`${location.pathname}?${folded(location.search, open)}`)
  }

  /** Go back to the state before the last change on this page. */
  undo() {
    const [path, search = ""] = this.before.pop()?.split("?") ?? []
    if (path === location.pathname) this.go(`${path}?${folded(search, foldsOf(location.search))}`)
    else this.before = []
  }
}
