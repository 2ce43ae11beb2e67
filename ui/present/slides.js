// The slides of a page: its figures, in their order, each with the questions that are asked of it.
// What belongs to the slide is marked by an attribute: a class of ours would be React's to take away.

import { all } from "../figure/js/dom.js"
import { running } from "../figure/js/server.js"

const FIGURE = ".stMain .xent[data-key]"
const CLOSED = '.stMain [class*="st-key-xent-fold-"] > .stExpander > details:not([open])'
const QUESTION = '.stMain [class*="st-key-xent-question-"]'
const VERDICT = '.stMain [class*="st-key-xent-verdict-"]'
const HEARD = ".stMain .xent-heard"
const PAGE = ".stMainBlockContainer"
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

/** Mark what is to be seen and what is around it, and nothing else. @param {Map<HTMLElement, string>} parts */
export function mark(parts) {
  attribute("slide", parts)
  const heard = parts.size ? all(document, HEARD).flatMap(around) : []
  const slide = [...parts.keys()].flatMap(around)
  attribute("around", new Map([...heard.map((node) => pair(node, "heard")), ...slide.map((node) => pair(node, "slide"))]))
}

/** @param {HTMLElement} node @param {string} value @returns {[HTMLElement, string]} */
const pair = (node, value) => [node, value]

/** Give these elements their values of an attribute, and take it from all others. @param {string} name @param {Map<HTMLElement, string>} values */
function attribute(name, values) {
  for (const node of all(document, `[data-${name}]`)) if (!values.has(node)) delete node.dataset[name]
  for (const [node, value] of values) if (node.dataset[name] !== value) node.dataset[name] = value
}

/** What of the page an element lies in. @param {HTMLElement} node */
function around(node) {
  const found = []
  for (let up = node.parentElement; up && !up.matches(PAGE); up = up.parentElement) found.push(up)
  return found
}

/**
 * Hear of it whenever what there is on the page has changed, while one asks for it: Plotly changes
 * a hundred elements with each picture.
 * @param {() => void} changed @returns {(asked: boolean) => void}
 */
export function watch(changed) {
  /** @param {MutationRecord} record */
  const within = ({ target }) => target instanceof Element && target.parentElement?.closest(".xent")
  const watching = new MutationObserver((records) => { if (!records.every(within)) changed() })
  let on = false
  return (asked) => {
    if (asked === on) return
    on = asked
    if (!asked) return watching.disconnect()
    watching.observe(document.documentElement, { childList: true, subtree: true,
      attributeFilter: ["data-key", "data-run", "data-mounted", "data-test-script-state"] })
  }
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
