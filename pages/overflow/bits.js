// The bits of a number as buttons that one presses: which of them are turned over is the server's.

/** @typedef {{ at: string, bit: string, name: string, on: boolean }} Bit */

/** @param {Bit} bit @param {(at: string) => void} press */
const button = ({ at, bit, name, on }, press) => {
  const node = document.createElement("button")
  node.type = "button"
  node.textContent = bit
  node.dataset.at = at
  node.title = name
  node.setAttribute("aria-label", name)
  node.setAttribute("aria-pressed", String(on))
  node.onclick = () => press(at)
  return node
}

/**
 * Keep the focus where it was: the buttons are made anew with every change.
 * @param {HTMLElement} root @param {{ label: string, bits: Bit[] }[]} groups @param {(at: string) => void} press
 */
function refill(root, groups, press) {
  const focused = root.contains(document.activeElement) && document.activeElement?.getAttribute("data-at")
  root.replaceChildren(...groups.map(({ label, bits }) => {
    const group = document.createElement("fieldset")
    const legend = document.createElement("legend")
    legend.textContent = label
    group.append(legend, ...bits.map((bit) => button(bit, press)))
    return group
  }))
  const again = focused && root.querySelector(`[data-at="${focused}"]`)
  if (again instanceof HTMLElement) again.focus()
}

/**
 * @param {{ parentElement: HTMLElement, data: { label: string, bits: Bit[] }[],
 *   setTriggerValue: (name: string, value: string) => void }} component
 */
export function mount({ parentElement, data, setTriggerValue }) {
  /** @type {HTMLElement} */
  const root = parentElement.querySelector(".xent-bits") ?? parentElement.appendChild(document.createElement("div"))
  root.className = "xent-bits"
  refill(root, data, (at) => setTriggerValue("pressed", at))
}
