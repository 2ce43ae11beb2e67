// Elements for the pages of a room.

/**
 * @param {string} tag @param {Record<string, any>} fields @param {(Node | string)[]} inside
 * @returns {any}
 */
export function node(tag, fields = {}, ...inside) {
  const made = Object.assign(document.createElement(tag), fields)
  made.append(...inside)
  return made
}

/** Put values in a label's places. @param {string} label @param {Record<string, string | number>} values */
export const fill = (label, values) =>
  label.replace(/\{\{(\w+)\}\}/g, (_, name) => String(values[name]))
