// What a page does when it is printed: its figures are made to fit the paper, its programs open.

import { copied } from "./copied.js"
import { all, element, find } from "./dom.js"
import { LIGHT } from "./themes.js"

const SVG = "http://www.w3.org/2000/svg"

/** @type {(() => void)[]} what brings the page back */
let undo = []

/** The picture as an image that is as wide as the paper lets it be. @param {HTMLElement} stage */
function sheet(stage) {
  const { offsetWidth: width, offsetHeight: height } = stage
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`)
  svg.setAttribute("class", "xent-printed")
  const frame = document.createElementNS(SVG, "foreignObject")
  frame.setAttribute("width", `${width}`)
  frame.setAttribute("height", `${height}`)
  const copy = copied(stage, LIGHT)
  copy.style.width = `${width}px`
  frame.append(copy)
  svg.append(frame)
  return svg
}

/** @param {HTMLElement} root */
function toPaper(root) {
  const stage = find(root, ".xent-stage")
  const { theme } = root.dataset
  const printed = element("div", { "aria-hidden": "true" }, sheet(stage))
  stage.before(printed)
  root.dataset.theme = "light"
  undo.push(() => {
    printed.remove()
    root.dataset.theme = theme
  })
}

/** @param {HTMLDetailsElement} details */
function unfold(details) {
  details.open = true
  undo.push(() => { details.open = false })
}

function back() {
  for (const one of undo) one()
  undo = []
}

/** Have the page ready for paper whenever it is printed. */
export function readyForPaper() {
  window.addEventListener("beforeprint", () => {
    back()
    all(document, ".xent[data-ready]").forEach(toPaper)
    document.querySelectorAll("details").forEach((details) => { if (!details.open) unfold(details) })
  })
  window.addEventListener("afterprint", back)
}
