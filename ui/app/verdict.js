// What was just told of an answer is brought into sight, where it stands below the window's edge;
// a question that was just chosen, where it stands above it.

/** @type {WeakSet<Element>} the words for a screen reader: each is one answer's */
const seen = new WeakSet()

/** @type {WeakMap<Element, string | undefined>} what each place that is looked for has shown */
const sought = new WeakMap()

/** Have the verdict of a new answer in sight, or a question that was chosen, as little as need be. */
export function bringIntoSight() {
  const place = /** @type {HTMLElement | null} */ (document.querySelector(".stMain .xent-sought"))
  if (place && sought.get(place) !== place.dataset.name) {
    sought.set(place, place.dataset.name)
    place.closest(".stVerticalBlock")?.scrollIntoView({ block: "nearest" })
  }
  const heard = document.querySelector(".stMain .xent-heard[role=alert]")
  if (!heard || seen.has(heard)) return
  seen.add(heard)
  const before = [...document.querySelectorAll('[class*="st-key-xent-verdict-"]')]
    .filter((verdict) => verdict.compareDocumentPosition(heard) & (Node.DOCUMENT_POSITION_FOLLOWING | Node.DOCUMENT_POSITION_CONTAINED_BY))
  before.at(-1)?.scrollIntoView({ block: "nearest" })
}
