// A link to a heading, …/softmax#two-classes-the-sigmoid, opens the fold that has the heading.

/** @param {string} text */
const anchor = (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean).join("-")

/**
 * Open the fold whose heading the address's hash names, and lead there.
 * @param {string} hash
 */
export function unfold(hash) {
  const wanted = anchor(decodeURIComponent(hash.slice(1)))
  if (!wanted) return
  for (const fold of document.querySelectorAll('[class*="st-key-xent-fold-"]')) {
    const heading = fold.querySelector("summary")
    if (!heading || anchor(heading.querySelector("strong")?.textContent ?? "") !== wanted) continue
    if (!fold.querySelector("details")?.open) heading.click()
    fold.scrollIntoView()
  }
}
