// The dots of the samples: a class has its colour and its sign.

/** @typedef {[number, number][]} Sign its corners, for a radius of 1; a circle has none */

/**
 * Begin the path of a sign around a point.
 * @param {CanvasRenderingContext2D} context @param {Sign | "cross"} sign
 * @param {number} x @param {number} y @param {number} r
 */
export function outline(context, sign, x, y, r) {
  context.beginPath()
  if (sign === "cross") {
    context.moveTo(x - r, y - r)
    context.lineTo(x + r, y + r)
    context.moveTo(x - r, y + r)
    context.lineTo(x + r, y - r)
    return
  }
  if (!sign.length) context.arc(x, y, r, 0, 2 * Math.PI)
  for (const [dx, dy] of sign) context.lineTo(x + 1.15 * r * dx, y + 1.15 * r * dy)
  context.closePath()
}

/** A picture of a dot, and how far it is from its middle to its sides. @typedef {{ canvas: HTMLCanvasElement, half: number }} Stamp */

/** How a dot looks: hollow if it is not trained on, crossed if it is wrong. @typedef {{ trained: boolean, wrong: boolean, dark: boolean }} Look */

/**
 * A dot on a canvas of its own.
 * @param {number[]} rgb @param {Sign} sign @param {number} r @param {Look} look @param {number} fine pixels in a pixel
 * @returns {Stamp}
 */
function stamped(rgb, sign, r, { trained, wrong, dark }, fine) {
  const canvas = document.createElement("canvas")
  const half = Math.ceil(Math.max(1.15 * r + 2, 7))
  canvas.width = canvas.height = 2 * half * fine
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
  context.setTransform(fine, 0, 0, fine, half * fine, half * fine)
  const colour = `rgb(${rgb})`
  outline(context, sign, 0, 0, r)
  context.lineWidth = trained ? 1.2 : 2.2
  context.fillStyle = trained ? colour : dark ? "#14181f" : "#fff"
  context.strokeStyle = trained ? "#222" : colour
  context.fill()
  context.stroke()
  if (!wrong) return { canvas, half }
  context.lineWidth = 2
  context.strokeStyle = trained || !dark ? "#111" : "#fff"
  outline(context, "cross", 0, 0, 4)
  context.stroke()
  return { canvas, half }
}

/** The pictures of the dots, each drawn once: hundreds of them are put down in every frame. */
export class Stamps {
  /** @type {Map<string, Stamp>} */
  #made = new Map()

  /** Of a class. @param {{ colours: number[][], signs: Sign[] }} map @param {number} k @param {number} r @param {Look} look */
  of({ colours, signs }, k, r, look) {
    const fine = window.devicePixelRatio || 1
    const key = `${k}|${r}|${look.trained}|${look.wrong}|${look.dark}|${fine}`
    let stamp = this.#made.get(key)
    if (!stamp) this.#made.set(key, (stamp = stamped(colours[k], signs[k], r, look, fine)))
    return stamp
  }
}
