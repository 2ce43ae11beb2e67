// The bits of a number as buttons that one presses: which of them are turned over is the server's.

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

/** Keep the focus where it was: the buttons are made anew with every change. */
function refill(root, groups, press) {
  const focused = root.contains(document.activeElement) && document.activeElement.dataset.at
  root.replaceChildren(...groups.map(({ label, bits }) => {
    const group = document.createElement("fieldset")
    const legend = document.createElement("legend")
    legend.textContent = label
    group.append(legend, ...bits.map((bit) => button(bit, press)))
    return group
  }))
  if (focused) root.querySelector(`[data-at="${focused}"]`)?.focus()
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".xent-bits") ?? parentElement.appendChild(document.createElement("div"))
  root.className = "xent-bits"
  refill(root, data, (at) => setTriggerValue("pressed", at))
}
