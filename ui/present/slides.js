// The slides of a page: its figures, in their order, each with the questions that are asked of it.
// What belongs to the slide is marked by an attribute: a class of ours would be React's to take away.

import { all } from "../figure/js/dom.js"
import { running } from "../figure/js/server.js"

const FIGURE = ".stMain .xent[data-key]"
const CLOSED = '.stMain [class*="st-key-xent-fold-"] > .stExpander > details:not([open])'
const QUESTION = '.stMain [class*="st-key-xent-question-"]'
const VERDICT = '.stMain [class*="st-key-xent-verdict-"]'
const COMPONENT = '[data-testid^="stBidiComponent"]'
const LONGEST = 10_000 // ms that a page takes to come

/** The figures of the page. */
export const figures = () => all(document, FIGURE)

/** @param {string} key */
export const figureOf = (key) => figures().find(({ dataset }) => dataset.key === key) ?? null

/** The figure that most of the window shows. */
export function figureInSight() {
  const seen = figures().map((figure) => {
    const { top, bottom } = figure.getBoundingClientRect()
    return { figure, height: Math.min(bottom, innerHeight) - Math.max(top, 0) }
  })
  return seen.reduce((best, one) => (one.height > best.height ? one : best), seen[0])?.figure ?? null
}

/** The questions that are asked of a figure. @param {HTMLElement} figure */
export const questionsOf = (figure) => all(document, QUESTION).filter((question) => askedOf(question) === figure)

/** The figure beside a question, else the next one below it, in the same fold. @param {HTMLElement} question */
function askedOf(question) {
  for (let row = question.closest(".stHorizontalBlock"); row; row = row.parentElement?.closest(".stHorizontalBlock") ?? null) {
    const beside = row.querySelector(".xent[data-key]")
    if (beside) return beside
  }
  return figures().find((figure) => figure.closest("details") === question.closest("details")
    && question.compareDocumentPosition(figure) & Node.DOCUMENT_POSITION_FOLLOWING) ?? null
}

/** The verdict on a question; null as long as it is not answered. @param {HTMLElement} question */
export function verdictOn(question) {
  const name = question.className.match(/st-key-xent-question(-\S+)/)?.[1] ?? ""
  return all(document, VERDICT).find(({ classList }) => [...classList].some((one) => one.endsWith(name))) ?? null
}

/** Mark what is to be seen, and nothing else. @param {Map<HTMLElement, string>} parts */
export function mark(parts) {
  for (const node of all(document, "[data-slide]")) if (!parts.has(node)) delete node.dataset.slide
  for (const [node, part] of parts) if (node.dataset.slide !== part) node.dataset.slide = part
}

/** Hear of it whenever what there is on the page has changed. @param {() => void} changed */
export function watch(changed) {
  /** @param {MutationRecord} record */
  const within = ({ target }) => target instanceof Element && target.parentElement?.closest(".xent")
  const watching = new MutationObserver((records) => { if (!records.every(within)) changed() })
  watching.observe(document.documentElement, { childList: true, subtree: true,
    attributeFilter: ["data-key", "data-run", "data-mounted", "data-test-script-state"] })
}

/** Whether all of the page has come, by another run than this one. @param {string} left */
export const complete = (left) => !running() && (document.documentElement.dataset.run ?? "") !== left
  && all(document, COMPONENT).every((one) => one.matches("[data-mounted], :has([data-mounted])"))

const frame = () => new Promise((done) => requestAnimationFrame(done))

/** Wait until all of the page has come, by another run than this one. @param {string} left */
export async function arrival(left) {
  const end = performance.now() + LONGEST
  while (!complete(left) && performance.now() < end) await frame()
}

/** The figure after another one, or before it; a fold that is closed, if it is between them. @param {HTMLElement} figure @param {1 | -1} way */
export function neighbour(figure, way) {
  const nodes = all(document, `${FIGURE}, ${CLOSED}`)
  return nodes[nodes.indexOf(figure) + way] ?? null
}

/** Whether what was found is no figure but a closed fold. @param {HTMLElement} node */
export const isFold = (node) => node.matches("details")

/** The name, in the address, of the fold that a figure is in. @param {HTMLElement} figure @param {string} page */
export const foldOf = (figure, page) =>
  figure.closest('[class*="st-key-xent-fold-"]')?.className.match(/st-key-xent-fold-(\S+)/)?.[1].slice(page.length + 1) ?? ""
