// Small helpers for elements.

/**
 * An element with attributes; those that begin with "on" are its handlers.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, any>} attributes @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) Object.assign(node, { [name]: value })
    else if (value !== undefined && value !== "") node.setAttribute(name, value)
  }
  node.append(...children)
  return node
}

/**
 * The first element below another that a selector finds; it is there.
 * @param {ParentNode} root @param {string} selector
 */
export const find = (root, selector) => /** @type {HTMLElement} */ (root.querySelector(selector))

/**
 * All elements below another that a selector finds.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {ParentNode} root @param {string} selector
 * @returns {T[]}
 */
export const all = (root, selector) => [.../** @type {NodeListOf<T>} */ (root.querySelectorAll(selector))]

/** @type {WeakMap<HTMLElement, Record<string, any>>} */
const told = new WeakMap()

/**
 * Write what an element shows, if it does not show it yet: most of a picture stays as it is.
 * @param {HTMLElement} node @param {string} what @param {any} value
 */
export function tell(node, what, value) {
  let known = told.get(node)
  if (!known) told.set(node, (known = {}))
  if (known[what] === value) return
  known[what] = value
  if (what === "textContent") node.textContent = value
  else if (what === "transform") node.style.transform = value
  else node.setAttribute(what, value)
}

/**
 * Half of a surrogate pair has no bytes in UTF-8: Streamlit drops the message that holds it. What
 * stands for it is U+FFFD, before React sees the text; its own setter would hide the change.
 * @param {Event} event
 */
function mendText({ target }) {
  if (!(target instanceof HTMLTextAreaElement) || target.value.isWellFormed()) return
  const own = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value")
  own?.set?.call(target, target.value.toWellFormed())
}

export const mendTexts = () => document.addEventListener("input", mendText, true)
