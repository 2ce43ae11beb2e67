// A copy of a part of a figure in which all that only a live page has is an image or text.

import { all, element } from "./dom.js"
import { recolour, themeOf } from "./themes.js"

/** @import { Theme } from "./themes.js" */

/** @param {HTMLElement} node @param {Theme} theme whose colours it is to have */
export function copied(node, theme) {
  const copy = /** @type {HTMLElement} */ (node.cloneNode(true))
  recolour(copy, themeOf(node), theme)
  const surfaces = all(copy, "canvas")
  all(node, "canvas").forEach((canvas, i) => surfaces[i].replaceWith(image(/** @type {HTMLCanvasElement} */ (canvas))))
  const fields = all(copy, "input")
  all(node, "input").forEach((field, i) => fields[i].replaceWith(text(/** @type {HTMLInputElement} */ (field))))
  return copy
}

/** @param {HTMLCanvasElement} canvas */
function image(canvas) {
  const { width, height } = canvas.getBoundingClientRect()
  const copy = element("img", { src: canvas.width && canvas.height ? canvas.toDataURL() : "", alt: "",
    class: canvas.className, style: canvas.getAttribute("style") ?? "" })
  Object.assign(copy.style, { width: `${width}px`, height: `${height}px` })
  return copy
}

/** @param {HTMLInputElement} field */
const text = (field) =>
  element("span", { class: "xent-field xent-saved", style: field.getAttribute("style") ?? "" }, field.value)
