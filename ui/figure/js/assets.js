// What a figure loads once for the page.

import { inApp } from "../../base.js"
import { rememberArrays } from "./arrays.js"
import { element } from "./dom.js"

/** @type {Promise<any> | undefined} */
let plotly
/** @param {string} url */
export const loadPlotly = (url) => (plotly ??= import(inApp(url)).then((loaded) => {
  rememberArrays(loaded.default)
  return loaded
}))

/** @type {Promise<unknown> | undefined} */
let fonts
/**
 * Plotly measures its texts when it draws them: a face that came later would move them.
 * @param {string} family
 */
export const loadFonts = (family) => (fonts ??= Promise.all(
  [`13px ${family}`, `bold 13px ${family}`, '13px "Minus Log Math"'].map((face) =>
    document.fonts.load(face).catch(() => {}))))

/** @type {Promise<unknown> | undefined} */
let style
/** @param {string} url */
export const loadStyle = (url) => (style ??= new Promise((done) => {
  document.head.append(element("link", { rel: "stylesheet", href: inApp(url), onload: done, onerror: done }))
}))

/** @param {string} url */
export const loadPlayer = (url) => import(inApp(url))
