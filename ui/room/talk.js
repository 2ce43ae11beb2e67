// How a page talks with a room: small posts, and events that come as long as it looks on.

import { inApp } from "../base.js"

const FIRST_WAIT = 500, LONGEST_WAIT = 8000 // ms until it asks again

/**
 * Say something; the answer's status, 0 where there is none.
 * @param {string} path @param {Record<string, string>} headers @param {object} said
 */
export async function post(path, headers, said) {
  try {
    return (await fetch(inApp(path), { method: "POST", headers, body: JSON.stringify(said) })).status
  } catch {
    return 0
  }
}

/**
 * Hear a room's events, again and again: whatever was missed is in the next one.
 * `EventSource` could not say who asks: its headers are not ours.
 * @param {string} path @param {Record<string, string>} headers
 * @param {{ told: (seen: any) => void, lost: () => void, gone: () => void }} hear
 */
export async function listen(path, headers, hear) {
  const said = { ...headers, accept: "text/event-stream" } // by which some proxies know that it may not wait
  for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    try {
      const answer = await fetch(inApp(path), { headers: said, cache: "no-store" })
      if (answer.status === 404) return hear.gone()
      if (answer.ok && answer.body) {
        await read(answer.body, (seen) => { wait = FIRST_WAIT; hear.told(seen) })
      }
    } catch { /* the server or the network is away: below */ }
    hear.lost()
    // not all at once: a class of phones comes back when the server does
    await new Promise((done) => setTimeout(done, wait + wait * Math.random()))
  }
}

/** @param {ReadableStream<Uint8Array>} body @param {(seen: any) => void} told */
async function read(body, told) {
  const reader = body.pipeThrough(/** @type {any} */ (new TextDecoderStream())).getReader()
  let rest = ""
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const parts = (rest + value).split("\n\n")
    rest = parts.pop() ?? ""
    for (const part of parts) if (part.startsWith("data: ")) told(JSON.parse(part.slice(6)))
  }
}
