// The page's theme, and the one of paper and slides.

/** @typedef {Record<string, string>} Theme custom properties by their names */

/** A slide and a sheet of paper are light, whatever the page is. @type {Theme} */
export const LIGHT = { "--st-background-color": "#ffffff", "--st-secondary-background-color": "#f8f8f7",
  "--st-text-color": "#2f2d2b", "--st-border-color": "#868b94", "--st-primary-color": "#0072b2",
  "--st-link-color": "#00619a", "--xent-muted": "#5b6270", "--xent-line": "#d9dbe0" }

/** @param {HTMLElement} root @returns {Theme} */
export function themeOf(root) {
  const style = getComputedStyle(root)
  return Object.fromEntries(Object.keys(LIGHT).map((name) => [name, style.getPropertyValue(name).trim()]))
}

/** What a browser makes of a colour: rgb(…). @param {string} colour */
function plain(colour) {
  const probe = document.createElement("i")
  probe.style.color = colour
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

/**
 * Give all that is drawn in a theme's colours those of another. What has a meaning keeps its own.
 * @param {Element} drawing @param {Theme} from @param {Theme} to
 */
export function recolour(drawing, from, to) {
  const others = new Map(Object.keys(LIGHT).map((name) => [plain(from[name]), to[name]]))
  for (const node of drawing.querySelectorAll("svg *")) {
    const { style } = /** @type {SVGElement} */ (node)
    for (const property of ["fill", "stroke"]) {
      const other = others.get(style.getPropertyValue(property))
      if (other) style.setProperty(property, other)
    }
  }
}
