// The player's keys, wherever the page has no other use for them.

// What has a use for keys of its own.
const TAKES_KEYS = "input, textarea, select, [contenteditable], [role=slider], [role=listbox], [role=combobox], [role=radiogroup]"
const TAKES_SPACE = "button, a, summary"

/**
 * What a key does; each is told whether Shift is down.
 * @typedef {Record<string, (shift: boolean) => void>} Keys
 */

/** Have the page's keys; returns how to give them back. @param {Keys} keys */
export function listenToKeys(keys) {
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    const target = /** @type {HTMLInputElement} */ (event.target)
    const space = event.key === " "
    if (target.closest(TAKES_KEYS) && !(space && target.type === "range")) return
    if (space && target.closest(TAKES_SPACE)) return
    if (!Object.hasOwn(keys, event.key)) return
    event.preventDefault()
    keys[event.key](event.shiftKey)
  }
  document.addEventListener("keydown", press)
  return () => document.removeEventListener("keydown", press)
}
