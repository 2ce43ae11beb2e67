// What stands below the picture: the presets' buttons, and what one can take home.

import { element } from "./dom.js"

/** @import { Message } from "./types.js" */

/** @param {Message} message @param {(at: number) => void} go */
export function presets({ key, presets, words }, go) {
  return element("div", { class: "xent-presets", role: "group", "aria-label": words.presets },
    ...presets.map(({ label }, i) => element("button", { type: "button", id: `${key}-preset-${i}`,
      onclick: () => go(i) }, label)))
}

/** @param {Message} message @param {() => void} copy @param {() => void} save */
export function tools({ words }, copy, save) {
  /** @param {string} label @param {() => void} does */
  const tool = (label, does) => element("button", { type: "button", title: label, onclick: does }, label)
  return element("div", { class: "xent-tools" }, tool(words.copy_link, copy), tool(words.save_picture, save))
}
