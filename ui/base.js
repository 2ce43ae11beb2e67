// Where the app lies: at the root of its host, or behind a prefix that only a proxy knows. This
// file's own address tells it, for everything of ours lies in <base>/xent/<tag>/.

const BASE = new URL("../../../", import.meta.url)

/** The address of something in the app. @param {string} path from the app's root, with its slash */
export const inApp = (path) => new URL("." + path, BASE).href

/** Where a window is, as a path from the app's root with its query. @param {Location} place */
export const placeInApp = ({ pathname, search }) => pathname.slice(BASE.pathname.length - 1) + search

/** A query as a reader wants it: a comma, a colon and a tilde as such. @param {URLSearchParams | string} query */
export const readable = (query) =>
  `${query}`.replace(/%2C/gi, ",").replace(/%3A/gi, ":").replace(/%7E/gi, "~")
