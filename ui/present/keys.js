// What the keys do in the present view, and those of a clicker. No DOM here.

/** @typedef {"enter" | "leave" | "next" | "back" | "show" | "reset" | "undo" | "hide" | "explain"} Action */

/** @type {Record<string, Action>} */
const ACTIONS = { PageDown: "next", PageUp: "back", " ": "show", r: "reset", u: "undo", b: "hide", "?": "explain",
  "？": "explain", p: "leave", Escape: "leave" }

/**
 * What a key is to do; null where it is another's.
 * @param {{ key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean }} event
 * @param {{ presenting: boolean, typing: boolean, pressing: boolean }} now whether a field has the
 *   focus; whether a button has it that was come to by the keyboard, which Space presses
 * @returns {Action | null}
 */
export function actionOf({ key, ctrlKey, metaKey, altKey }, { presenting, typing, pressing }) {
  if (typing || ctrlKey || metaKey || altKey) return null
  const name = key.length === 1 ? key.toLowerCase() : key
  if (!presenting) return name === "p" ? "enter" : null
  return name === " " && pressing ? null : ACTIONS[name] ?? null
}
