// When the server was away: Streamlit connects again by itself, but it runs nothing then, and a
// new session knows none of the page's buttons. So the page is run again as soon as there is a
// connection, and what was pressed before it had been is pressed then. (While there is none,
// Streamlit's own widgets cannot be pressed.)

import { running, server } from "../figure/js/server.js"

const WATCHED = ["data-test-connection-state", "data-test-script-state"]
const PRESSED = ".stApp button, .stApp [role=button], .stApp input, .stApp label, .stApp a"
const LONGEST = 10_000 // milliseconds that a page takes to run, at most

const app = () => document.querySelector(".stApp")
const connected = () => app()?.getAttribute("data-test-connection-state") === "CONNECTED"

let away = false // until the page was run again
let asked = 0 // when it was asked to run
let began = false
/** @type {HTMLElement | null} */
let pressed = null

/** Take a press that no server would hear; a live figure hears its own. @param {MouseEvent} event */
function hold(event) {
  const { target } = event
  if (!away || !event.isTrusted || !(target instanceof Element) || target.closest(".xent")) return
  const button = /** @type {HTMLElement | null} */ (target.closest(PRESSED))
  if (!button) return
  pressed = button
  event.preventDefault()
  event.stopImmediatePropagation()
}

function look() {
  if (!connected()) {
    if (app()) [away, asked, began] = [true, 0, false]
    return
  }
  if (!away) return
  if (!asked) {
    asked = performance.now()
    window.dispatchEvent(new PopStateEvent("popstate"))
    setTimeout(look, LONGEST)
  }
  began ||= running()
  if ((began && !running()) || performance.now() - asked >= LONGEST) back()
}

function back() {
  away = false
  server.back()
  const button = pressed
  pressed = null
  if (button?.isConnected) button.click()
}

document.addEventListener("click", hold, true)
new MutationObserver(look).observe(document.body, { subtree: true, attributes: true, attributeFilter: WATCHED })
