// A figure beside a text that is longer than it stays in sight while one reads on.

/** @type {WeakSet<HTMLElement>} the columns that are watched */
const watched = new WeakSet()

const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => {
  const column = /** @type {HTMLElement} */ (target)
  column.style.setProperty("--xent-tall", `${column.offsetHeight}px`)
}))

/** Have the column of a figure stand where all of it is seen, as far as the window is high enough. @param {HTMLElement} root */
export function standBeside(root) {
  const column = /** @type {HTMLElement | null} */ (root.closest(".stColumn"))
  if (!column || watched.has(column)) return
  watched.add(column)
  column.dataset.beside = ""
  resized.observe(column)
}
