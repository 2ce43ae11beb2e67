// Plotly's layout, dressed for this figure: its places on a narrow screen, the theme's colours.

/** @import { Bind } from "./types.js" */

/** @typedef {{ text: string, grid: string, muted: string, panel: string, font: string }} Colours */

/**
 * The room that a picture has, in pixels. Charts are made for letters of USUAL pixels and more; where
 * the `least` are larger, all that has a size in pixels is drawn so much larger, and has the room of
 * a smaller screen. `height` is 0 unless the picture is to fill it.
 * @typedef {{ width: number, height: number, least: number }} Room
 */

const USUAL = 14
const NARROW = 520 // px
const WIDE = 700 // px: from here on there is room for letters that a back row can read
/** @type {Record<string, string[]>} what is counted in pixels, by what it is a part of */
const PIXELS = { font: ["size"], marker: ["size"], pattern: ["size"], line: ["width"], title: ["standoff"],
  margin: ["l", "r", "t", "b"], annotations: ["xshift", "yshift", "ax", "ay", "standoff"] }

/** The room of an element, as the page's style says (see figure.css). @param {HTMLElement} node @returns {Room} */
export function roomOf(node) {
  const style = getComputedStyle(node)
  const fills = style.getPropertyValue("--xent-fills").trim() === "1"
  const least = parseFloat(style.getPropertyValue("--xent-least")) || USUAL
  return { width: node.clientWidth, height: fills ? node.clientHeight : 0, least }
}

/** How much larger than usual things are drawn. @param {Room} room */
export const scaleOf = ({ least }) => least / USUAL

/**
 * Draw all that has a size in pixels larger.
 * @template T @param {T} node @param {number} scale @param {string} of what the node is, in its figure
 * @returns {T}
 */
export function enlarge(node, scale, of = "") {
  if (scale === 1) return node
  if (Array.isArray(node)) {
    if (node[0]?.constructor === Object) for (const one of node) enlarge(one, scale, of)
  } else if (node?.constructor === Object)
    for (const [name, value] of Object.entries(node)) {
      if (!PIXELS[of]?.includes(name)) enlarge(value, scale, /font$/i.test(name) ? "font" : name)
      else if (typeof value === "number") Object.assign(node, { [name]: scale * value })
      else if (Array.isArray(value)) Object.assign(node, { [name]: value.map((one) => scale * one) })
    }
  return node
}

/** Put a value in its place in a figure: "marker.color", "xaxis2.domain". @param {any} node @param {string} path @param {any} value */
export function place(node, path, value) {
  const keys = path.split(".")
  const last = /** @type {string} */ (keys.pop())
  keys.reduce((inner, key) => (inner[key] ??= {}), node)[last] = value
}

/**
 * A figure's layout for its room. On a narrow screen it may ask for other places:
 * {"xaxis2.domain": [0, 1], …}; on a wide one its height is for a window of 800 pixels, and grows,
 * or it is the room's own.
 * @param {any} layout @param {Room} room @param {number} windowHeight
 */
export function fitted(layout, room, windowHeight) {
  const scale = scaleOf(room)
  if (room.width / scale >= NARROW) {
    const height = room.height / scale || Math.round(layout.height * growth(windowHeight / scale))
    return { ...layout, height }
  }
  const copy = structuredClone(layout)
  for (const [path, value] of Object.entries(layout.meta?.narrow ?? {})) place(copy, path, value)
  return copy
}

/** A figure of 336 px in a window of 800 is to have clamp(280px, 42vh, 520px). @param {number} height */
const growth = (height) => Math.min(Math.max(0.42 * height, 280), 520) / 336

/** How large the ticks' and the values' letters are, before they are enlarged. @param {Room} room */
export function letters(room) {
  const width = room.width / scaleOf(room)
  return room.least > USUAL ? USUAL : width >= WIDE ? 15 : width >= NARROW ? 14 : 13
}

/** How small a chart may have them. @param {Room} room */
export const smallest = (room) => (room.least > USUAL ? USUAL : letters(room) - 1)

/**
 * No letters smaller than `least`, whatever a chart asks for: change all fonts below a node.
 * @template T @param {T} node @param {number} least @returns {T}
 */
export function legible(node, least) {
  if (Array.isArray(node)) {
    if (node[0]?.constructor === Object) for (const one of node) legible(one, least)
  } else if (node?.constructor === Object)
    for (const [name, value] of Object.entries(node)) {
      if (/font$/i.test(name) && value.size < least) value.size = least
      legible(value, least)
    }
  return node
}

/**
 * Give a layout the theme's colours and the manners of every figure: no zoom, no jumps.
 * @param {any} layout @param {Colours} colours @param {number} size of its letters
 */
export function dress(layout, colours, size) {
  const axis = { gridcolor: colours.grid, zerolinecolor: colours.muted, linecolor: colours.muted,
    tickcolor: colours.muted, fixedrange: true, automargin: false }
  /** @param {any} own */
  const titled = (own) => (own.title ? { title: { ...own.title, font: { size, ...own.title.font } } } : {})
  const axes = Object.keys(layout).filter((key) => /^[xy]axis/.test(key))
  return {
    ...layout,
    ...Object.fromEntries(axes.map((key) => [key, { ...axis, ...layout[key], ...titled(layout[key]) }])),
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    dragmode: false,
    font: { color: colours.text, family: colours.font, size, ...layout.font },
    hoverlabel: { bgcolor: colours.panel, bordercolor: colours.grid, font: { color: colours.text } },
  }
}

/** The fields that follow the hand, gathered for each trace. @param {Bind[]} binds */
export function byTrace(binds) {
  const traces = [...new Set(binds.map(({ trace }) => trace))]
  return traces.map((trace) => ({ trace, binds: binds.filter((bind) => bind.trace === trace) }))
}

/** Streamlit's theme around an element; the element's style follows it. @param {HTMLElement} root @returns {Colours} */
export function themeColours(root) {
  const style = getComputedStyle(root)
  /** @param {string} name */
  const of = (name) => style.getPropertyValue(name).trim()
  root.dataset.theme = isDark(of("--st-background-color")) ? "dark" : "light"
  return { text: of("--st-text-color"), grid: of("--xent-line"), muted: of("--xent-muted"),
    panel: of("--st-secondary-background-color"), font: of("--st-font") }
}

/** @param {string} colour */
function isDark(colour) {
  const context = document.createElement("canvas").getContext("2d")
  if (!context) return false
  context.fillStyle = colour
  const hex = context.fillStyle
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
  return red + green + blue < 384
}
