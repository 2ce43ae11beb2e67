// A figure as a picture for a slide: what is on the page, with its title, its state and its link.
// The page's own elements are copied into an SVG's foreignObject, with their style and their faces,
// and the browser draws that: so nothing of a figure can be missing, and nothing has to be loaded.

import { all, element, find } from "./dom.js"

/** @import { Colours } from "./layout.js" */

const [WIDE, HIGH] = [1920, 1080] // px of the picture
const SCALE = 1.5 // of them, to one of the page's
const ROOM = { width: WIDE / SCALE - 80, height: HIGH / SCALE - 170 } // below the title, above the link
const [SVG, XHTML] = ["http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"]
// what the picture has of the figure, besides its state in words
const PARTS = ".xent-results, .xent-stage, .xent-cells, .xent-formula, .xent-worst"

/** A slide is light, whatever the page is. @type {Record<string, string>} */
export const LIGHT = { "--st-background-color": "#ffffff", "--st-secondary-background-color": "#f8f8f7",
  "--st-text-color": "#2f2d2b", "--st-border-color": "#868b94", "--st-primary-color": "#0072b2",
  "--st-link-color": "#00619a", "--xent-muted": "#5b6270", "--xent-line": "#d9dbe0" }

/** The page's theme. @param {HTMLElement} root @returns {Record<string, string>} */
export function themeOf(root) {
  const style = getComputedStyle(root)
  return Object.fromEntries(Object.keys(LIGHT).map((name) => [name, style.getPropertyValue(name).trim()]))
}

/** What Plotly needs of a theme. @param {Record<string, string>} theme @param {string} font @returns {Colours} */
export const coloursOf = (theme, font) => ({ text: theme["--st-text-color"], grid: theme["--xent-line"],
  muted: theme["--xent-muted"], panel: theme["--st-secondary-background-color"], font })

/** The page's title, and that of the figure's section. @param {HTMLElement} root */
function titles(root) {
  const before = all(document, ".stMain :is(h1, h2)").filter((node) =>
    node.compareDocumentPosition(root) & Node.DOCUMENT_POSITION_FOLLOWING)
  return [before.find(({ tagName }) => tagName === "H1"), before.findLast(({ tagName }) => tagName === "H2")]
    .flatMap((node) => node?.innerText.trim() || [])
}

/** What the sliders and the choices say. @param {HTMLElement} root */
function stateInWords(root) {
  const sliders = all(root, ".xent-slider").map((node) => {
    const value = /** @type {HTMLInputElement} */ (find(node, ".xent-field")).value
    return `${find(node, "label").innerText.trim()}: ${value}${find(node, ".xent-value").innerText.trim()}`
  })
  const choices = all(root, ".xent-choice").map((node) =>
    `${find(node, "legend").innerText.trim()}: ${node.querySelector("input:checked + label")?.textContent ?? ""}`)
  return [...sliders, ...choices].join("  ·  ")
}

/**
 * A copy of an element of the page in which all that only a page has is an image or text.
 * @param {HTMLElement} node @param {SVGElement} plot the picture in the slide's colours
 */
function copied(node, plot) {
  const copy = /** @type {HTMLElement} */ (node.cloneNode(true))
  const surfaces = all(copy, "canvas")
  all(node, "canvas").forEach((canvas, i) => {
    const box = canvas.getBoundingClientRect()
    const drawn = /** @type {HTMLCanvasElement} */ (canvas).width ? /** @type {HTMLCanvasElement} */ (canvas).toDataURL() : ""
    const image = element("img", { src: drawn, class: canvas.className, style: canvas.getAttribute("style") ?? "" })
    Object.assign(image.style, { width: `${box.width}px`, height: `${box.height}px` })
    surfaces[i].replaceWith(image)
  })
  const fields = all(copy, "input")
  all(node, "input").forEach((field, i) => fields[i].replaceWith(
    element("span", { class: "xent-field xent-saved", style: field.getAttribute("style") ?? "" }, /** @type {HTMLInputElement} */ (field).value)))
  copy.querySelector(".xent-picture")?.replaceChildren(plot)
  return copy
}

/** A file as a data URL: a picture may load nothing. @param {string} url @returns {Promise<string>} */
async function inlined(url) {
  const blob = await (await fetch(url)).blob()
  return new Promise((done) => {
    const reader = new FileReader()
    reader.onload = () => done(String(reader.result))
    reader.readAsDataURL(blob)
  })
}

/** The figure's style, and the faces of the page's text and of the formulas. @param {string} css where the style is */
async function style(css) {
  const rules = await (await fetch(css)).text()
  const [face] = /** @type {RegExpMatchArray} */ (rules.match(/\.\.\/fonts\/[^"]+/))
  const math = await inlined(new URL(face, new URL(css, location.href)).href)
  const texts = await Promise.all(textFaces().map(
    async ({ rule, url }) => rule.cssText.replace(/url\([^)]*\)/, `url(${await inlined(url)})`)))
  return rules.replace(face, math) + texts.join("") + `
    .xent-slide { box-sizing: border-box; width: ${WIDE / SCALE}px; height: ${HIGH / SCALE}px; padding: 24px 40px; background: var(--st-background-color); color: var(--st-text-color); }
    .xent-slide h1 { font-size: 34px; line-height: 1.2; margin: 0; } .xent-slide h1 small { font-size: 24px; font-weight: 600; margin-left: 16px; }
    .xent-slide > p { font-size: 16px; line-height: 1.3; margin: 4px 0 8px; height: 42px; overflow: hidden; }
    .xent-slide > footer { position: absolute; left: 40px; right: 40px; bottom: 14px; font-size: 15px; line-height: 1.2; color: var(--xent-muted); overflow-wrap: anywhere; }
    .xent-slide .xent { transform-origin: 0 0; display: flex; flex-direction: column; gap: 0.35rem; }
    .xent-slide .xent-picture, .xent-slide .xent-picture svg { display: block; }
    .xent-slide .xent-saved { display: inline-block; box-sizing: border-box; line-height: 1.75rem; }`
}

/** The rules of the face that the page's text is in. */
function textFaces() {
  const family = getComputedStyle(document.body).fontFamily.split(",")[0].replace(/["']/g, "")
  return [...document.styleSheets].flatMap((sheet) => {
    try {
      return [...sheet.cssRules]
    } catch {
      return [] // of another origin, such as an extension's
    }
  }).flatMap((rule) => {
    if (!(rule instanceof CSSFontFaceRule) || rule.style.getPropertyValue("font-style") === "italic") return []
    const named = rule.style.getPropertyValue("font-family").replace(/["']/g, "") === family
    const url = rule.style.getPropertyValue("src").match(/url\("?([^")]+)/)?.[1]
    return named && url ? [{ rule, url: new URL(url, rule.parentStyleSheet?.href ?? location.href).href }] : []
  })
}

/**
 * The slide as an SVG's text.
 * @param {HTMLElement} root @param {{ plot: SVGElement, theme: Record<string, string>, css: string, link: string }} how
 */
export async function slide(root, { plot, theme, css, link }) {
  const [title = "", section = ""] = titles(root)
  const parts = all(root, PARTS).filter((node) => node.offsetHeight && !node.parentElement?.closest(PARTS))
  const width = root.clientWidth
  const height = parts.reduce((sum, node) => sum + Math.max(node.offsetHeight, node.scrollHeight) + 6, 0)
  const scale = Math.min(ROOM.width / width, ROOM.height / height)
  const left = (ROOM.width - scale * width) / 2
  const variables = Object.entries(theme).map(([name, value]) => `${name}: ${value}`).join("; ")
  const figure = element("div", { class: "xent", "data-theme": theme === LIGHT ? "light" : root.dataset.theme,
    style: `width: ${width}px; transform: translateX(${left}px) scale(${scale})` }, ...parts.map((node) => copied(node, plot)))
  const page = element("div", { class: "xent-slide", style: `${variables}; font-family: ${getComputedStyle(root).fontFamily.replace(/"/g, "'")}`, lang: document.documentElement.lang },
    element("style", {}, await style(css)),
    element("h1", {}, title, ...(section ? [element("small", {}, section)] : [])),
    element("p", {}, stateInWords(root)), figure, element("footer", {}, link))
  page.setAttribute("xmlns", XHTML)
  return `<svg xmlns="${SVG}" width="${WIDE}" height="${HIGH}" viewBox="0 0 ${WIDE / SCALE} ${HIGH / SCALE}">`
    + `<foreignObject width="100%" height="100%">${new XMLSerializer().serializeToString(page)}</foreignObject></svg>`
}

/** Draw an SVG's text and give it to the reader as a file. @param {string} svg @param {string} name */
export async function download(svg, name) {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = element("canvas", { width: WIDE, height: HIGH })
  canvas.getContext("2d")?.drawImage(image, 0, 0, WIDE, HIGH)
  const blob = /** @type {Blob} */ (await new Promise((/** @type {BlobCallback} */ done) => canvas.toBlob(done)))
  const url = URL.createObjectURL(blob)
  element("a", { href: url, download: `${name}.png` }).click()
  URL.revokeObjectURL(url)
}
