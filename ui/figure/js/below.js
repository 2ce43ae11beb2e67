// What stands below the picture: the presets' buttons, and what one can take home.

import { inApp } from "../../base.js"
import { seen, viewOf } from "../../present/address.js"
import { element } from "./dom.js"
import { save } from "./saved.js"

/** @import { Message } from "./types.js" */

/**
 * What a press of a preset's button does, and where a word about what was taken home is said.
 * @typedef {{ go: (at: number) => void, said: (text: string) => void }} Does
 */

/** @param {HTMLElement} root @param {Message} message @param {Does} does */
export function below(root, message, { go, said }) {
  return element("div", { class: "xent-below" }, presets(message, go), tools(root, message, said))
}

/** @param {Message} message @param {Does["go"]} go */
function presets({ key, presets, words }, go) {
  return element("div", { class: "xent-presets", role: "group", "aria-label": words.presets },
    ...presets.map(({ label }, i) => element("button", { type: "button", id: `${key}-preset-${i}`,
      onclick: () => go(i) }, label)))
}

/** @param {HTMLElement} root @param {Message} message @param {Does["said"]} said */
function tools(root, message, said) {
  const { words, key, assets } = message
  /** @param {string} label @param {string} title @param {(event: MouseEvent) => void} does */
  const tool = (label, title, does) => element("button", { type: "button", title, onclick: does }, label)
  const copy = async () => {
    const write = navigator.clipboard?.writeText(link(message)) ?? Promise.reject()
    said(await write.then(() => words.link_copied, () => words.link_in_address))
  }
  /** @param {MouseEvent} event */
  const picture = ({ shiftKey }) => save(root, key, { asIs: shiftKey, css: inApp(assets.css), link: link(message) })
  return element("div", { class: "xent-tools" }, tool(words.copy_link, words.copy_link, copy),
    tool(words.save_picture, words.save_picture_how, picture))
}

/** A link to what the figure shows, seen as it is here: on its page, or alone. @param {Message} message */
function link(message) {
  const { origin, pathname, search } = window.location
  return `${origin}${pathname}?${seen(message.link, viewOf(search))}`
}
