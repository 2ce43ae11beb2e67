// Whether the server is there, and how it is reached.

import { inApp, readable } from "../../base.js"

/**
 * Have Streamlit run the whole page again. A server that was started anew knows no fragments,
 * and Streamlit itself does not run anything when it connects again after a finished run.
 * It does on a step in the history, with the address and the last changes as they are now.
 */
export const rerunPage = () => window.dispatchEvent(new PopStateEvent("popstate"))

/** Whether a run of the page is under way, as far as the browser has heard. */
export const running = () => document.querySelector('[data-test-script-state="running"]') !== null

/** One watch for all figures of the page: it asks for the server's health now and then. */
class Watch {
  lost = false
  timer = 0
  /** @type {Set<(back: boolean) => void>} */
  watchers = new Set()

  /** The page was run by a server that had been away, or by another one (see app/comeback.js). */
  back() {
    this.lost = false
    this.tell(true)
  }

  /** @param {boolean} back */
  tell(back) {
    this.watchers.forEach((watcher) => watcher(back))
  }

  async ask() {
    clearTimeout(this.timer)
    const lost = !(await fetch(inApp("/_stcore/health"), { cache: "no-store" }).then((r) => r.ok, () => false))
    if (lost !== this.lost) {
      this.lost = lost
      this.tell(false)
    }
    clearTimeout(this.timer)
    if (this.watchers.size) this.timer = window.setTimeout(() => this.ask(), lost ? 1000 : 5000)
  }

  /** Hear of it when it goes or comes; returns how to stop. @param {(back: boolean) => void} watcher */
  watch(watcher) {
    this.watchers.add(watcher)
    if (this.watchers.size === 1) this.timer = window.setTimeout(() => this.ask(), 5000)
    return () => this.watchers.delete(watcher)
  }
}

export const server = new Watch()

/** Streamlit's address has %2C and %3A where a reader wants a comma and a colon. @param {string} added */
export function tidyAddress(added = "") {
  const { pathname, search, hash } = window.location
  const query = new URLSearchParams(search)
  for (const [name, value] of new URLSearchParams(added)) query.set(name, value)
  const wanted = readable(added ? `?${query}` : search)
  if (wanted !== search) history.replaceState(history.state, "", pathname + wanted + hash)
}
