// A figure as a picture for a slide: what is on the page, with its title, its state and its link.
// The page's own elements are copied into an SVG's foreignObject, with their style and their faces,
// and the browser draws that: so nothing of a figure can be missing, and nothing has to be loaded.

import { copied } from "./copied.js"
import { all, element, find } from "./dom.js"
import { LIGHT, themeOf } from "./themes.js"

const [WIDE, HIGH] = [1920, 1080] // px of the picture
const SCALE = 1.5 // of them, to one of the page's
const ROOM = { width: WIDE / SCALE - 80, height: HIGH / SCALE - 170 } // below the title, above the link
const [SVG, XHTML] = ["http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"]
// what the picture has of the figure, besides its state in words
const PARTS = ".xent-results, .xent-stage, .xent-cells, .xent-formula, .xent-worst"

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
 * The slide as an SVG's text: light, unless it is to be as the page is.
 * @param {HTMLElement} root @param {{ asIs: boolean, css: string, link: string }} how
 */
async function slide(root, { asIs, css, link }) {
  const theme = asIs ? themeOf(root) : LIGHT
  const [title = "", section = ""] = titles(root)
  const parts = all(root, PARTS).filter((node) => node.offsetHeight && !node.parentElement?.closest(PARTS))
  const width = root.clientWidth
  const height = parts.reduce((sum, node) => sum + Math.max(node.offsetHeight, node.scrollHeight) + 6, 0)
  const scale = Math.min(ROOM.width / width, ROOM.height / height)
  const left = (ROOM.width - scale * width) / 2
  const variables = Object.entries(theme).map(([name, value]) => `${name}: ${value}`).join("; ")
  const figure = element("div", { class: "xent", "data-theme": asIs ? root.dataset.theme : "light",
    style: `width: ${width}px; transform: translateX(${left}px) scale(${scale})` }, ...parts.map((node) => copied(node, theme)))
  const page = element("div", { class: "xent-slide", style: `${variables}; font-family: ${getComputedStyle(root).fontFamily.replace(/"/g, "'")}`, lang: document.documentElement.lang },
    element("style", {}, await style(css)),
    element("h1", {}, title, ...(section ? [element("small", {}, section)] : [])),
    element("p", {}, stateInWords(root)), figure, element("footer", {}, link))
  page.setAttribute("xmlns", XHTML)
  return `<svg xmlns="${SVG}" width="${WIDE}" height="${HIGH}" viewBox="0 0 ${WIDE / SCALE} ${HIGH / SCALE}">`
    + `<foreignObject width="100%" height="100%">${new XMLSerializer().serializeToString(page)}</foreignObject></svg>`
}

/**
 * Give a figure to the reader as a file.
 * @param {HTMLElement} root @param {string} name @param {Parameters<typeof slide>[1]} how
 */
export async function save(root, name, how) {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await slide(root, how))}`
  await image.decode()
  const canvas = element("canvas", { width: WIDE, height: HIGH })
  canvas.getContext("2d")?.drawImage(image, 0, 0, WIDE, HIGH)
  const blob = /** @type {Blob} */ (await new Promise((/** @type {BlobCallback} */ done) => canvas.toBlob(done)))
  const url = URL.createObjectURL(blob)
  element("a", { href: url, download: `${name}.png` }).click()
  URL.revokeObjectURL(url)
}
