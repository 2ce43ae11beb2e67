// The pictures of the data, where samples are pictures: the chosen one, and the worst mistakes.

import { show } from "../../../ui/figure/js/digits.js"
import { all } from "../../../ui/figure/js/dom.js"

/** @import { Stage } from "../../../ui/figure/js/types.js" */
/** @import { Film } from "./film.js" */

const SIDE = 8 // pixels

export class Glyphs {
  /** @param {Stage} stage @param {Film} film @param {(sample: number) => void} choose */
  constructor(stage, film, choose) {
    this.stage = stage
    this.film = film
    this.choose = choose
    /** @type {HTMLCanvasElement[]} */
    this.canvases = []
    /** @type {HTMLElement[]} */
    this.mistakes = []
    /** @type {WeakMap<HTMLCanvasElement, number>} the sample that each shows */
    this.drawn = new WeakMap()
  }

  build() {
    const beside = this.stage.root.querySelector(".xent-beside") // the worst mistakes, beside their matrix
    if (beside) this.stage.picture.after(beside)
    this.canvases = all(this.stage.root, "[data-glyph]")
    this.canvases.forEach((canvas) => { canvas.onclick = () => this.choose(this.sample(canvas)) })
    this.mistakes = all(this.stage.root, "[data-worst]")
  }

  /** @param {number} row @param {HTMLCanvasElement} chosen the picture of the chosen sample */
  draw(row, chosen) {
    for (const canvas of this.canvases) this.engrave(canvas, this.sample(canvas))
    if (this.stage.arrays().images) this.engrave(chosen, this.film.about.sample)
    this.nameMistakes(row)
  }

  /** @param {HTMLCanvasElement} canvas @returns {number} */
  sample(canvas) {
    const [array, index] = (canvas.dataset.glyph ?? "").split(".")
    return this.stage.value(array, this.stage.row())[+index]
  }

  /** One of the pictures, dark on light in both themes, as ink. @param {HTMLCanvasElement} canvas @param {number} sample */
  engrave(canvas, sample) {
    if (this.drawn.get(canvas) === sample) return
    this.drawn.set(canvas, sample)
    canvas.classList.toggle("xent-blank", sample < 0)
    const { values } = this.stage.arrays().images
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
    const image = context.createImageData(SIDE, SIDE)
    for (let i = 0; i < SIDE * SIDE; i++) {
      const ink = sample < 0 ? 0 : values[sample * SIDE * SIDE + i]
      image.data.set([255 - ink, 255 - ink, 255 - ink, sample < 0 ? 0 : 255], 4 * i)
    }
    context.putImageData(image, 0, 0)
  }

  /** Below each of the worst mistakes: the true class, what it was taken for, and its loss. @param {number} row */
  nameMistakes(row) {
    for (const node of this.mistakes) {
      const at = +(node.dataset.worst ?? 0)
      const [sample, taken, loss] = ["worst", "worst_taken", "worst_loss"].map((name) => this.stage.value(name, row)[at])
      const text = sample < 0 ? "" : `${this.film.stream.truths[sample]} → ${taken} · ${show(loss, 2)}`
      if (node.textContent !== text) node.textContent = text
    }
  }
}
