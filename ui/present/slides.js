// The slides of a page: its figures, in their order, each with the questions that are asked of it.
// What belongs to the slide is marked by an attribute: a class of ours would be React's to take away.

import { all } from "../figure/js/dom.js"

const FIGURE = ".stMain .xent[data-key]"
const CLOSED = '.stMain [class*="st-key-xent-fold-"] details:not([open])'
const QUESTION = '.stMain [class*="st-key-xent-question-"]'
const VERDICT = '.stMain [class*="st-key-xent-verdict-"]'
const LONGEST = 8_000 // ms that a fold takes to open
const CALM = 400 // ms after the server's answer in which a figure may still come

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
  && all(document, '[data-testid^="stBidiComponent"]').every((one) => one.matches("[data-mounted], :has([data-mounted])"))

const running = () => document.querySelector('[data-test-script-state="running"]') !== null
const frame = () => new Promise((done) => requestAnimationFrame(done))

/**
 * The figure after another one, or before it; folds between them are opened.
 * @param {HTMLElement} figure @param {1 | -1} way
 */
export async function neighbour(figure, way) {
  const nodes = all(document, `${FIGURE}, ${CLOSED}`)
  for (let at = nodes.indexOf(figure) + way; nodes[at]; at += way) {
    const inside = nodes[at].matches("details") ? await opened(/** @type {HTMLDetailsElement} */ (nodes[at])) : [nodes[at]]
    if (inside.length) return inside.at(way > 0 ? 0 : -1) ?? null
  }
  return null
}

/** Open a fold; return its figures, once the server has sent them. @param {HTMLDetailsElement} fold */
async function opened(fold) {
  const place = /** @type {HTMLElement} */ (fold.closest('[class*="st-key-xent-fold-"]'))
  const end = performance.now() + LONGEST
  let answered = 0
  fold.querySelector("summary")?.click()
  while (performance.now() < (answered ? answered + CALM : end)) {
    await frame()
    const inside = all(place, ".xent[data-key]")
    if (inside.length) return inside
    if (running()) answered = Infinity
    else if (answered === Infinity) answered = performance.now()
  }
  return []
}
