// The maps of the plane below Plotly's picture: what the network makes of each place, as colours,
// and the samples on it. Plotly could not draw them at the screen's rate.

import { show } from "../../../ui/figure/js/digits.js"
import { element, find } from "../../../ui/figure/js/dom.js"
import { outline, Stamps } from "./signs.js"

/** @import { Stage } from "../../../ui/figure/js/types.js" */
/** @import { Film, PlaneMap } from "./film.js" */

/**
 * A map's canvas, and the small one whose pixels are mixed.
 * @typedef {object} Canvases
 * @property {HTMLCanvasElement} canvas
 * @property {CanvasRenderingContext2D} context
 * @property {HTMLCanvasElement} small
 * @property {CanvasRenderingContext2D} brush
 * @property {ImageData} image
 * @property {Uint8Array} winners the class of the largest probability at each pixel
 */

/** @typedef {PlaneMap & Canvases} Surface */

const REACH = 14 // px from a sample that is pressed

/** @param {HTMLCanvasElement} canvas */
const pen = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))

export class Maps {
  /**
   * @param {Stage} stage @param {Film} film
   * @param {(array: string, row: number) => any} between an array on the way to the next state
   * @param {(sample: number) => void} choose
   */
  constructor(stage, film, between, choose) {
    this.stage = stage
    this.film = film
    this.between = between
    this.choose = choose
    /** @type {Surface[]} */
    this.surfaces = []
    this.hint = element("span")
    this.stamps = new Stamps()
    this.listens = false
  }

  build() {
    this.remove()
    this.hint = element("span", { class: "xent-hint", hidden: "hidden" })
    find(this.stage.root, ".xent-stage").append(this.hint)
    this.surfaces = this.film.stream.maps.map((map) => this.surface(map))
  }

  remove() {
    this.surfaces.forEach(({ canvas }) => canvas.remove())
  }

  /** A canvas below the panel of a map: as wide and as high as its axes. @param {PlaneMap} map @returns {Surface} */
  surface(map) {
    const canvas = element("canvas", { class: "xent-surface", "aria-hidden": "true" })
    this.stage.picture.before(canvas)
    const small = document.createElement("canvas")
    small.width = small.height = map.pixels
    return { ...map, canvas, context: pen(canvas), small, brush: pen(small),
      image: new ImageData(map.pixels, map.pixels), winners: new Uint8Array(map.pixels * map.pixels) }
  }

  /** Pointing at a map tells its probabilities, pressing a sample chooses it. */
  listen() {
    if (this.listens) return
    this.listens = true
    const { picture } = this.stage
    picture.addEventListener("pointermove", (event) => {
      this.hint.hidden = true
      this.surfaces.forEach((map) => this.point(map, event))
    })
    picture.addEventListener("pointerleave", () => { this.hint.hidden = true })
    picture.addEventListener("click", (event) => this.surfaces.forEach((map) => this.press(map, event)))
  }

  /** The probabilities where the pointer is on a map. @param {Surface} map @param {MouseEvent} event */
  point(map, event) {
    if (!this.stage.within(map.axis, event)) return
    const box = map.canvas.getBoundingClientRect()
    const across = Math.round(((event.clientX - box.x) / box.width) * (map.grid - 1))
    const up = Math.round((1 - (event.clientY - box.y) / box.height) * (map.grid - 1))
    const count = map.colours.length
    const at = (up * map.grid + across) * count
    const levels = this.stage.arrays().levels.values // the probability that each whole number stands for
    const p = Array.from(this.stage.value(map.array, this.stage.row()).subarray(at, at + count), (x) => levels[x])
    const stage = this.stage.picture.getBoundingClientRect()
    this.hint.hidden = false
    this.hint.style.left = `${event.clientX - stage.x}px`
    this.hint.style.top = `${event.clientY - stage.y}px`
    this.hint.textContent = `p = (${p.map((x) => show(x, 2)).join(", ")})`
  }

  /** @param {Surface} map @param {MouseEvent} event */
  press(map, event) {
    if (!this.stage.within(map.axis, event)) return
    const box = map.canvas.getBoundingClientRect()
    const [x, y] = [event.clientX - box.x, event.clientY - box.y]
    const [xaxis, yaxis] = this.stage.axes(map.axis)
    /** @param {number} i */
    const far = (i) => Math.hypot(xaxis.l2p(map.x[i]) - x, yaxis.l2p(map.y[i]) - y)
    const nearest = map.x.reduce((best, _, i) => (far(i) < far(best) ? i : best), 0)
    if (far(nearest) < REACH) this.choose(nearest)
  }

  /** All maps, at the state of a row or a part of the way to the next. @param {number} row */
  paint(row) {
    const dark = this.stage.root.dataset.theme === "dark"
    for (const surface of this.surfaces) this.paintOne(surface, row, dark)
  }

  /** @param {Surface} map @param {number} row @param {boolean} dark */
  paintOne(map, row, dark) {
    const { canvas, context } = map
    const [xaxis, yaxis] = this.stage.axes(map.axis)
    const [width, height, fine] = [xaxis._length, yaxis._length, window.devicePixelRatio || 1]
    if (canvas.width !== Math.round(width * fine)) canvas.width = Math.round(width * fine)
    if (canvas.height !== Math.round(height * fine)) canvas.height = Math.round(height * fine)
    Object.assign(canvas.style, { left: `${xaxis._offset}px`, top: `${yaxis._offset}px`,
      width: `${width}px`, height: `${height}px` })
    mix(map, this.between(map.array, row), dark)
    context.setTransform(fine, 0, 0, fine, 0, 0)
    context.drawImage(map.small, 0, 0, width, height)
    this.dots(map, row, dark)
  }

  /** Each sample: its class by colour and sign, its loss by size; crossed if wrong, hollow if of the test. @param {Surface} map @param {number} row @param {boolean} dark */
  dots(map, row, dark) {
    const { context } = map
    const sizes = this.between(map.sizes, row)
    const wrong = this.stage.value(map.wrong, row)
    const [xaxis, yaxis] = this.stage.axes(map.axis)
    const { truths, train } = this.film.stream
    const look = { trained: true, wrong: false, dark }
    for (let i = 0; i < sizes.length; i++) {
      look.trained = i < train
      look.wrong = Boolean(wrong[i])
      const { canvas, half } = this.stamps.of(map, truths[i], Math.round(2 * sizes[i]) / 4, look)
      context.drawImage(canvas, xaxis.l2p(map.x[i]) - half, yaxis.l2p(map.y[i]) - half, 2 * half, 2 * half)
    }
    const chosen = this.film.about.sample
    context.lineWidth = 2.5
    context.strokeStyle = dark ? "#fff" : "#111"
    outline(context, [], xaxis.l2p(map.x[chosen]), yaxis.l2p(map.y[chosen]), 13)
    context.stroke()
  }
}

/**
 * Each pixel mixes the classes' colours by their probabilities; a line where the largest changes.
 * @param {Surface} map @param {Uint8Array | Float32Array} p at the points of the grid, `full` for 1 @param {boolean} dark
 */
function mix({ brush, image, winners, grid, pixels, full, colours }, p, dark) {
  const count = colours.length
  const { data } = image
  const [ground, line, scale] = [dark ? 20 : 255, dark ? 235 : 40, (grid - 1) / (pixels - 1)]
  for (let v = 0, at = 0; v < pixels; v++) {
    const y = (pixels - 1 - v) * scale
    const low = Math.min(Math.floor(y), grid - 2)
    const fy = y - low
    for (let u = 0; u < pixels; u++, at++) {
      const x = u * scale
      const left = Math.min(Math.floor(x), grid - 2)
      const fx = x - left
      const corner = (low * grid + left) * count
      const above = corner + grid * count
      let red = 0
      let green = 0
      let blue = 0
      let most = -1
      for (let k = 0; k < count; k++) {
        const share = ((p[corner + k] * (1 - fx) + p[corner + count + k] * fx) * (1 - fy)
          + (p[above + k] * (1 - fx) + p[above + count + k] * fx) * fy) / full
        if (share > most) { most = share; winners[at] = k }
        red += share * colours[k][0]
        green += share * colours[k][1]
        blue += share * colours[k][2]
      }
      const edge = (u && winners[at] !== winners[at - 1]) || (v && winners[at] !== winners[at - pixels])
      data[4 * at] = edge ? line : 0.42 * red + 0.58 * ground
      data[4 * at + 1] = edge ? line : 0.42 * green + 0.58 * ground
      data[4 * at + 2] = edge ? line : 0.42 * blue + 0.58 * ground
      data[4 * at + 3] = 255
    }
  }
  brush.putImageData(image, 0, 0)
}
