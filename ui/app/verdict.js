// What was just told of an answer is brought into sight, where it stands below the window's edge.

/** @type {WeakSet<Element>} the words for a screen reader: each is one answer's */
const seen = new WeakSet()

/** Have the verdict of a new answer in sight, as little as need be. */
export function bringIntoSight() {
  const heard = document.querySelector(".stMain .xent-heard[role=alert]")
  if (!heard || seen.has(heard)) return
  seen.add(heard)
  const before = [...document.querySelectorAll('[class*="st-key-xent-verdict-"]')]
    .filter((verdict) => verdict.compareDocumentPosition(heard) & (Node.DOCUMENT_POSITION_FOLLOWING | Node.DOCUMENT_POSITION_CONTAINED_BY))
  before.at(-1)?.scrollIntoView({ block: "nearest" })
}
