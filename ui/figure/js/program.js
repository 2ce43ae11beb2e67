// The program of a figure's section, which is Streamlit's: its lines are lit without a change to it.

/** @typedef {{ code: HTMLElement, lines: Record<string, number> }} Program */

/** The program of a section, and in which line each term is computed. @param {string} group @returns {Program | null} */
function programOf(group) {
  const box = document.querySelector(`.st-key-xent-program-${CSS.escape(group)}`)
  const code = box?.querySelector("code")
  const said = box?.querySelector("[data-lights]")
  if (!code || !said) return null
  return { code, lines: JSON.parse(said.getAttribute("data-lights") ?? "{}") }
}

/** A place in the text of an element, for a range. @param {HTMLElement} code @param {number} at @returns {[Node, number]} */
function placeOf(code, at) {
  const walk = document.createTreeWalker(code, NodeFilter.SHOW_TEXT)
  let left = at
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const length = node.nodeValue?.length ?? 0
    if (left <= length) return [node, left]
    left -= length
  }
  return [code, code.childNodes.length]
}

/** Light the lines of the terms that are on. @param {string} group @param {(name: string) => boolean} on @param {boolean} any */
export function markLine(group, on, any) {
  if (!("highlights" in CSS)) return
  CSS.highlights.delete("xent-lit")
  const program = any ? programOf(group) : null
  if (!program) return
  const texts = (program.code.textContent ?? "").split("\n")
  const ranges = Object.entries(program.lines).filter(([name]) => on(name)).map(([, at]) => {
    const start = texts.slice(0, at).join("\n").length + (at ? 1 : 0)
    const range = document.createRange()
    range.setStart(...placeOf(program.code, start))
    range.setEnd(...placeOf(program.code, start + texts[at].length))
    return range
  })
  if (ranges.length) CSS.highlights.set("xent-lit", new Highlight(...ranges))
}

/**
 * The terms of the line that is pointed at, if it is one of this section's program.
 * @param {EventTarget | null} target @param {number} y @param {string} group
 */
export function lineAt(target, y, group) {
  if (!(target instanceof Element) || !target.closest(`.st-key-xent-program-${CSS.escape(group)} code`)) return null
  const program = programOf(group)
  if (!program) return null
  const { top, height } = program.code.getBoundingClientRect()
  const count = (program.code.textContent ?? "").trimEnd().split("\n").length
  const at = Math.floor((y - top) / (height / count))
  return Object.keys(program.lines).filter((name) => program.lines[name] === at)
}
