// The live figure's browser side: it looks rows up in a table that the server computed and
// hands them to Plotly. It holds no formula. See sweeps.py for the table.

// ---------------------------------------------------------------- numbers (as ui/digits.py)

const MINUS = "\u2212"
const INFINITY = "\u221e"

export function show(x, digits = 4) {
  if (Number.isNaN(x)) return "nan"
  const sign = x < 0 || Object.is(x, -0) ? MINUS : ""
  const size = Math.abs(x)
  if (size === Infinity) return sign + INFINITY
  if (size === 0) return sign + "0"
  const [mantissa, exponent] = size.toExponential(digits - 1).split("e")
  if (+exponent >= -4 && +exponent < 6) return sign + size.toFixed(Math.max(digits - 1 - exponent, 0))
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa
  return sign + short + "e" + exponent.replace("+", "").replace("-", MINUS)
}

export function exact(x) {
  if (!Number.isFinite(x) || x === 0) return show(x)
  const short = x.toExponential().replace("e+", "e")
  const exponent = +short.split("e")[1]
  return (exponent >= -4 && exponent < 16 ? String(x) : short).replaceAll("-", MINUS)
}

// What a person may type for a number: full-width digits and a real minus sign too.
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

export function parse(text) {
  const plain = text.normalize("NFKC").replaceAll(MINUS, "-").trim()
  return NUMBER.test(plain) ? Number(plain) : NaN
}

// ---------------------------------------------------------------- the message

const TYPES = { f8: Float64Array, f4: Float32Array, i4: Int32Array, u1: Uint8Array }

export function unpack(bytes) {
  const buffer = bytes.slice().buffer
  const length = Number(new DataView(buffer).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)))
  const arrays = {}
  const read = ({ kind, shape, at }) =>
    new TYPES[kind](buffer, 8 + length + at, shape.reduce((product, n) => product * n, 1))
  for (const [name, place] of Object.entries(header.arrays))
    arrays[name] = { values: read(place), shape: place.shape, which: place.which && read(place.which) }
  return { ...header, arrays }
}

/** The table of rows: which row, if any, shows a state exactly. */
export class Table {
  constructor(message) {
    this.base = message.base
    this.arrays = message.arrays
    this.names = message.controls.map((control) => control.name)
    this.positions = {}
    this.starts = {}
    let row = 1
    for (const name of this.names) {
      this.positions[name] = message.arrays[`at ${name}`].values
      this.starts[name] = row
      row += this.positions[name].length
    }
    this.presets = message.presets
  }

  index(name, value) {
    return this.positions[name].indexOf(value)
  }

  /** -1 where the table does not hold this state: then nothing is drawn until it does. */
  row(state) {
    const moved = this.names.filter((name) => state[name] !== this.base[name])
    if (moved.length === 0) return 0
    if (moved.length === 1) {
      const at = this.index(moved[0], state[moved[0]])
      if (at >= 0) return this.starts[moved[0]] + at
    }
    const same = ({ row, values }) => row >= 0 && this.names.every((name) => values[name] === state[name])
    return this.presets.find(same)?.row ?? -1
  }

  /** The row's value of an array: a number, a typed array, or a nested array for a matrix. */
  value(name, row) {
    const { values, shape, which } = this.arrays[name]
    const size = values.length / shape[0]
    if (which) row = which[row]
    if (shape.length === 1) return values[row]
    const flat = values.subarray(row * size, (row + 1) * size)
    if (shape.length === 2) return flat
    const width = shape[2]
    return Array.from({ length: shape[1] }, (_, i) => flat.subarray(i * width, (i + 1) * width))
  }
}

// ---------------------------------------------------------------- is the server there?

/**
 * Have Streamlit run the whole page again. A server that was started anew knows no fragments,
 * and Streamlit itself does not run anything when it connects again after a finished run.
 * It does on a step in the history, with the address and the last changes as they are now.
 */
const rerunPage = () => window.dispatchEvent(new PopStateEvent("popstate"))

/** One watch for all figures of the page: it asks for the server's health now and then. */
const server = {
  lost: false,
  watchers: new Set(),
  timer: 0,
  async ask() {
    clearTimeout(this.timer)
    const base = document.querySelector("base")?.href ?? window.location.origin
    const health = new URL("/_stcore/health", base)
    const lost = !(await fetch(health, { cache: "no-store" }).then((r) => r.ok, () => false))
    if (lost !== this.lost) {
      this.lost = lost
      if (!lost) setTimeout(rerunPage, 1000)
      this.watchers.forEach((watcher) => watcher())
    }
    clearTimeout(this.timer)
    if (this.watchers.size) this.timer = setTimeout(() => this.ask(), lost ? 1000 : 5000)
  },
  watch(watcher) {
    this.watchers.add(watcher)
    if (this.watchers.size === 1) this.timer = setTimeout(() => this.ask(), 5000)
    return () => this.watchers.delete(watcher)
  },
}

// ---------------------------------------------------------------- small helpers

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node[name] = value
    else if (value !== undefined && value !== "") node.setAttribute(name, value)
  }
  node.append(...children)
  return node
}

const same = (one, other) => Object.keys(one).every((name) => one[name] === other[name])

const fill = (template, values) => template.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name])

let plotly
const loadPlotly = (url) => (plotly ??= import(new URL(url, window.location.origin).href))

function loadStyle(url) {
  const href = new URL(url, window.location.origin).href
  if (!document.querySelector(`link[href="${href}"]`))
    document.head.append(element("link", { rel: "stylesheet", href }))
}

/** Put a value in its place in a figure: "marker.color", "xaxis2.domain". */
function place(node, path, value) {
  const keys = path.split(".")
  const last = keys.pop()
  keys.reduce((inner, key) => inner[key], node)[last] = value
}

/**
 * Animating to a frame of no duration leaves axes, ticks and titles alone: half the time of a
 * restyle, which besides forgets that an axis was one of categories (benchmarks/bench_live.py).
 * Plotly can do so for these types; an axis whose range has to follow its data it cannot.
 */
const ANIMATED = ["bar", "scatter"]
const AT_ONCE = { mode: "immediate", frame: { duration: 0, redraw: false }, transition: { duration: 0 } }

/** On a narrow screen a figure may ask for other places: {"xaxis2.domain": [0, 1], …}. */
function narrowed(layout, width) {
  if (!layout.meta?.narrow || width >= 520) return layout
  const copy = structuredClone(layout)
  for (const [path, value] of Object.entries(layout.meta.narrow)) place(copy, path, value)
  return copy
}

/** Give a layout the theme's colours and the manners of every figure: no zoom, no jumps. */
function dress(layout, colours) {
  const axis = { gridcolor: colours.grid, zerolinecolor: colours.muted, linecolor: colours.muted,
    tickcolor: colours.muted, fixedrange: true, automargin: false }
  const axes = Object.keys(layout).filter((key) => /^[xy]axis/.test(key))
  return {
    ...layout,
    ...Object.fromEntries(axes.map((key) => [key, { ...axis, ...layout[key] }])),
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    dragmode: false,
    font: { color: colours.text, family: colours.font, size: 13, ...layout.font },
    hoverlabel: { bgcolor: colours.panel, bordercolor: colours.grid, font: { color: colours.text } },
  }
}

/** The fields that follow the hand, gathered for each trace. */
function byTrace(binds) {
  const traces = [...new Set(binds.map(({ trace }) => trace))]
  return traces.map((trace) => ({ trace, binds: binds.filter((bind) => bind.trace === trace) }))
}

function isDark(colour) {
  const context = document.createElement("canvas").getContext("2d")
  context.fillStyle = colour
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(context.fillStyle.slice(at, at + 2), 16))
  return red + green + blue < 384
}

// Streamlit's address has %2C where a reader wants a comma.
function tidyAddress(added = "") {
  const { pathname, search, hash } = window.location
  const query = new URLSearchParams(search)
  for (const [name, value] of new URLSearchParams(added)) query.set(name, value)
  const readable = added ? `?${query}`.replace(/%2C/gi, ",") : search.replace(/%2C/gi, ",")
  if (readable !== search) history.replaceState(history.state, "", pathname + readable + hash)
}

// ---------------------------------------------------------------- the figure

class LiveFigure {
  constructor(host) {
    this.root = host.appendChild(element("div", { class: "xent" }))
    this.state = {}
    this.epoch = null
    this.inflight = null // the id of a change that the server has not answered yet
    this.unsent = false
    this.grabbed = null // the control under the hand
    this.drawn = null // the state that the picture shows
    this.unwatch = server.watch(() => this.showStatus())
    this.themeWatch = new MutationObserver(() => this.retheme())
  }

  // -- a message from the server

  async receive({ data, setStateValue }) {
    this.send = (commit) => setStateValue("commit", commit)
    const first = !this.message
    const changed = first || this.signature !== signature(data)
    this.signature = signature(data)
    if (changed) this.take(unpack(data))
    tidyAddress(changed && this.message.restored ? this.message.link : "")
    if (first) loadStyle(this.message.assets.css)
    this.Plotly ??= (await loadPlotly(this.message.assets.plotly)).default
    if (changed || first) this.plot()
    else this.retheme()
  }

  take(message) {
    const labels = message.presets.map((preset) => preset.label)
    const layout = JSON.stringify([message.controls, labels, message.readouts,
      message.formula, message.words, message.names])
    this.message = message
    this.table = new Table(message)
    this.bound = byTrace(message.binds)
    this.fast = this.bound.every(({ trace }) => ANIMATED.includes(message.figure.data[trace].type))
    const answered = this.inflight !== null && message.ack === this.inflight
    const elsewhere = message.epoch !== this.epoch && !(answered && same(message.base, this.sent))
    if (elsewhere || answered) this.inflight = null
    if (elsewhere) this.unsent = false
    this.epoch = message.epoch
    if (elsewhere || !(this.inflight || this.unsent || this.grabbed))
      this.state = { ...message.base }
    if (layout !== this.layout) this.build()
    this.layout = layout
    this.moveControls()
    this.showStatus()
    if (this.unsent && !this.inflight) this.commit()
  }

  // -- the page's elements

  build() {
    const { controls, presets, readouts, formula, words } = this.message
    const kept = this.picture
    this.picture = kept ?? element("div", { class: "xent-picture", role: "img" })
    this.widgets = {}
    const panel = element("div", { class: "xent-controls" })
    for (const control of controls)
      panel.append(control.kind === "choice" ? this.choice(control) : this.slider(control))
    this.status = element("p", { class: "xent-status", role: "status" })
    this.numbers = readouts.map((readout) => this.readout(readout))
    this.formula = element("div", { class: "xent-formula" })
    this.formula.innerHTML = formula
    this.slots = [...this.formula.querySelectorAll("[data-slot]")]
    const buttons = element("div", { class: "xent-presets", role: "group", "aria-label": words.presets })
    presets.forEach(({ label }, i) => {
      const onclick = () => this.go(this.table.presets[i].values)
      buttons.append(element("button", { type: "button", onclick }, label))
    })
    const tools = element("div", { class: "xent-tools" },
      element("button", { type: "button", title: words.copy_link, onclick: () => this.copyLink() }, words.copy_link),
      element("button", { type: "button", title: words.save_picture, onclick: () => this.savePicture() }, words.save_picture))
    const results = element("div", { class: "xent-results" }, ...this.numbers.map((n) => n.node))
    const below = element("div", { class: "xent-below" }, buttons, tools)
    this.root.replaceChildren(element("div", { class: "xent-grid" },
      results, this.picture, panel, this.formula, below, this.status))
    this.observeSize()
  }

  slider(control) {
    const positions = this.table.positions[control.name]
    const id = `${this.message.key}-${control.name}`
    const range = element("input", { type: "range", id, min: 0, step: 1, class: "xent-range" })
    const field = element("input", { type: "text", inputmode: "decimal", class: "xent-field",
      autocomplete: "off", spellcheck: "false",
      "aria-label": fill(this.message.words.exact_value, { label: control.label }) })
    const problem = element("span", { class: "xent-problem", role: "alert", id: `${id}-problem` })
    range.style.setProperty("--colour", control.colour ? `var(--xent-${control.colour})` : "var(--st-primary-color)")
    range.onpointerdown = () => { this.grabbed = control.name }
    range.oninput = () => this.move(control.name, this.table.positions[control.name][+range.value])
    range.onchange = () => { this.grabbed = null; this.commit() }
    range.onpointerup = range.onpointercancel = () => { if (this.grabbed === control.name) this.grabbed = null }
    field.onchange = () => this.type(control, field, problem)
    field.onfocus = () => field.select()
    field.onkeydown = (event) => {
      if (event.key === "Enter") this.type(control, field, problem)
      if (event.key === "Escape") { this.refuse(field, problem, ""); this.moveControls() }
    }
    this.widgets[control.name] = { control, range, field, problem, positions }
    return element("div", { class: "xent-slider" },
      element("label", { for: id }, control.label), range,
      element("span", { class: "xent-value" }, field, control.unit), problem)
  }

  choice(control) {
    const name = `${this.message.key}-${control.name}`
    const group = element("div", { class: "xent-options" })
    const inputs = control.options.map((option, i) => {
      const input = element("input", { type: "radio", name, value: i, id: `${name}-${i}` })
      input.onchange = () => { this.move(control.name, i); this.commit() }
      group.append(input, element("label", { for: `${name}-${i}` }, option))
      return input
    })
    this.widgets[control.name] = { control, inputs }
    return element("fieldset", { class: "xent-choice" }, element("legend", {}, control.label), group)
  }

  readout({ label, slot, unit, colour }) {
    const value = element("output", { class: "xent-number", "data-slot": slot })
    if (colour) value.classList.add(`xent-${colour}`)
    const node = element("div", { class: "xent-readout" }, element("span", {}, label),
      element("span", {}, value, unit ? ` ${unit}` : ""))
    return { slot, value, node }
  }

  // -- the hand

  move(name, value) {
    this.state = { ...this.state, [name]: value }
    this.moveControls(name)
    this.request()
  }

  go(values) {
    this.state = { ...values }
    this.moveControls()
    this.request()
    this.commit()
  }

  type(control, field, problem) {
    const positions = this.table.positions[control.name]
    const [lo, hi] = [positions[0], positions[positions.length - 1]]
    const value = parse(field.value)
    if (!(value >= lo && value <= hi) || (control.whole && !Number.isInteger(value))) {
      const { allowed_whole, allowed: allowed_any } = this.message.words
      const allowed = fill(control.whole ? allowed_whole : allowed_any, { lo: exact(lo), hi: exact(hi) })
      this.refuse(field, problem, allowed)
      return
    }
    this.refuse(field, problem, "")
    if (value === this.state[control.name]) return this.moveControls()
    this.move(control.name, value)
    this.commit()
  }

  refuse(field, problem, text) {
    problem.textContent = text
    if (text) {
      field.setAttribute("aria-invalid", "true")
      field.setAttribute("aria-describedby", problem.id)
    } else {
      field.removeAttribute("aria-invalid")
      field.removeAttribute("aria-describedby")
    }
  }

  moveControls(only) {
    for (const [name, widget] of Object.entries(this.widgets)) {
      if (only && only !== name) continue
      const value = this.state[name]
      if (value === undefined) continue // a preset with fewer classes: the server's answer rebuilds
      if (widget.inputs) {
        widget.inputs.forEach((input, i) => { input.checked = i === value })
        continue
      }
      const { range, field, problem, control } = widget
      const positions = this.table.positions[name]
      const at = this.table.index(name, value)
      if (range.max !== String(positions.length - 1)) range.max = positions.length - 1
      if (at >= 0 && this.grabbed !== name && range.value !== String(at)) range.value = at
      range.setAttribute("aria-valuetext", exact(value) + (control.unit ? ` ${control.unit}` : ""))
      range.style.setProperty("--part", `${(100 * +range.value) / (positions.length - 1)}%`)
      const text = exact(value).replaceAll(MINUS, "-")
      if (field.value !== text && !(only === undefined && field.getAttribute("aria-invalid"))) field.value = text
      if (only === name) this.refuse(field, problem, "")
    }
  }

  /** Tell the server, one change at a time: what happens meanwhile follows with its answer. */
  commit() {
    if (this.inflight) {
      this.unsent = true
      return
    }
    this.unsent = false
    this.inflight = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`
    this.sent = { ...this.state }
    this.tell()
    this.showStatus()
    this.remind(this.inflight)
  }

  tell() {
    const values = Object.fromEntries(Object.entries(this.sent).map(([k, v]) => [k, String(v)]))
    this.send({ id: this.inflight, values })
  }

  /** A server that was away may never have heard of the change: see to it that it does. */
  remind(id) {
    setTimeout(() => this.inflight === id && server.ask(), 1500)
    setTimeout(() => {
      if (this.inflight !== id || !this.root.isConnected) return
      if (!server.lost) {
        rerunPage() // gives a new server this page's fragments; one of them gets the change
        setTimeout(() => this.inflight === id && this.tell(), 1500)
      }
      this.remind(id)
    }, 4000)
  }

  // -- the picture

  /** Draw at once if this frame has no picture yet, else in the next frame. */
  request() {
    if (this.frame) {
      this.stale = true
      return
    }
    this.draw()
    const next = () => {
      this.frame = 0
      if (this.stale) {
        this.stale = false
        this.request()
      }
    }
    this.frame = requestAnimationFrame(next)
  }

  draw() {
    if (!this.plotted) return
    const row = this.table.row(this.state)
    this.showStatus(row < 0)
    if (row < 0) return
    const shown = this.bound.map(({ binds }) =>
      Object.fromEntries(binds.map(({ field, array }) => [field, this.field(array, row)])))
    const traces = this.bound.map(({ trace }) => trace)
    if (this.fast) this.Plotly.animate(this.picture, { data: shown, traces }, AT_ONCE).catch(() => {})
    else this.redraw(shown, traces)
    this.write(row)
  }

  /** For traces that Plotly cannot animate, such as a heat map: about twice the time. */
  redraw(shown, traces) {
    shown.forEach((fields, i) => {
      for (const [path, value] of Object.entries(fields)) place(this.picture.data[traces[i]], path, value)
    })
    this.Plotly.redraw(this.picture)
  }

  /** A control's value, a row of controls, or the model's array at this row. */
  value(name, row) {
    const vector = this.message.vectors[name]
    if (vector) return vector.map((control) => this.state[control])
    return name in this.state ? this.state[name] : this.table.value(name, row)
  }

  /** What a trace's field shows: numbers as they are, names and digits as text. */
  field(array, row) {
    const [name, how] = array.split("|")
    const value = this.value(name, row)
    const list = typeof value === "number" ? [value] : value
    const write = (x) => (typeof x === "number" ? this.text(x, name, how) : Array.from(x, write))
    return how ? Array.from(list, write) : list
  }

  text(x, name, how) {
    const words = this.message.names[name]
    if (words) return words[x] ?? ""
    return how === "exact" ? exact(x) : show(x, Number(how) || 4)
  }

  slot(key, row) {
    const [path, how] = key.split("|")
    const [name, index] = path.split(".")
    if (name in this.state) return exact(this.state[name])
    const value = this.value(name, row)
    if (typeof value === "number") return this.text(value, name, how)
    if (index !== undefined) return this.text(value[+index], name, how)
    const write = (x) => (typeof x === "number" ? this.text(x, name, how) : `(${list(x)})`)
    const list = (xs) => Array.from(xs, write).join(", ")
    return list(value)
  }

  write(row) {
    for (const { slot, value } of this.numbers) value.textContent = this.slot(slot, row)
    for (const node of this.slots) node.textContent = this.slot(node.dataset.slot, row)
    const alt = this.message.alt.replace(/\[\[([^\]]+)\]\]/g, (_, key) => this.slot(key, row))
    this.picture.setAttribute("aria-label", alt)
    this.drawn = { ...this.state }
    this.root.dataset.drawn = JSON.stringify(this.drawn)
  }

  showStatus(waiting = this.table && this.table.row(this.state) < 0) {
    if (!this.status) return
    this.root.dataset.inflight = this.inflight ?? ""
    const { words } = this.message
    this.root.classList.toggle("xent-waiting", Boolean(waiting))
    const text = server.lost ? words.lost : waiting ? words.waiting : ""
    if (this.status.textContent !== text) this.status.textContent = text
  }

  // -- Plotly's own figure: size and theme

  colours() {
    const style = getComputedStyle(this.root)
    const of = (name) => style.getPropertyValue(name).trim()
    this.root.dataset.theme = isDark(of("--st-background-color")) ? "dark" : "light"
    return { text: of("--st-text-color"), grid: of("--st-border-color"), muted: of("--xent-muted"),
      panel: of("--st-secondary-background-color"), font: of("--st-font") }
  }

  async plot() {
    const width = this.picture.clientWidth
    const { data } = this.message.figure
    const layout = narrowed(this.message.figure.layout, width)
    this.narrow = layout !== this.message.figure.layout
    const colours = this.colours()
    this.theme = JSON.stringify(colours)
    const config = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false }
    const full = dress({ ...layout, width: width || undefined }, colours)
    const figure = JSON.stringify([data, full])
    if (this.plotted && figure === this.figure) return this.draw() // only numbers are new
    this.figure = figure
    this.picture.style.minHeight = `${layout.height}px`
    await this.Plotly.react(this.picture, structuredClone(data), full, config)
    this.plotted = true
    this.draw()
    this.reachFormula()
    this.root.dataset.ready = "true"
  }

  retheme() {
    if (this.plotted && JSON.stringify(this.colours()) !== this.theme) this.plot()
  }

  observeSize() {
    this.sizes ??= new ResizeObserver(() => {
      const width = this.picture.clientWidth
      if (!this.plotted || !width || width === this.width) return
      this.width = width
      this.reachFormula()
      const { layout } = this.message.figure
      if ((narrowed(layout, width) !== layout) !== this.narrow) this.plot()
      else this.Plotly.relayout(this.picture, { width })
    })
    this.sizes.disconnect()
    this.sizes.observe(this.picture)
  }

  /** A formula that is wider than its room can be scrolled by keyboard too. */
  reachFormula() {
    const wide = this.formula.scrollWidth > this.formula.clientWidth
    if (wide) this.formula.setAttribute("tabindex", "0")
    else this.formula.removeAttribute("tabindex")
  }

  // -- taking something home

  async copyLink() {
    const { words } = this.message
    const { origin, pathname } = window.location
    const link = `${origin}${pathname}?${this.message.link}`
    const write = navigator.clipboard?.writeText(link) ?? Promise.reject()
    this.status.textContent = await write.then(() => words.link_copied, () => words.link_in_address)
    setTimeout(() => this.showStatus(), 2500)
  }

  savePicture() {
    const { data, layout } = this.picture
    const background = getComputedStyle(this.root).getPropertyValue("--st-background-color").trim()
    const { width, height } = this.picture._fullLayout
    const size = { format: "png", scale: 2, filename: this.message.key, width, height }
    this.Plotly.downloadImage({ data, layout: { ...layout, paper_bgcolor: background } }, size)
  }

  remove() {
    this.unwatch()
    this.sizes?.disconnect()
    if (this.plotted) this.Plotly.purge(this.picture)
    this.root.remove()
  }
}

/** Enough of a message to see that it is the one already shown. */
function signature(bytes) {
  let sum = bytes.length
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) | 0
  return sum
}

const figures = new WeakMap()

/** Streamlit calls this on every change of the data or the theme; it returns the clean-up. */
export async function mount(component) {
  const host = component.parentElement
  if (!figures.has(host)) figures.set(host, new LiveFigure(host))
  const figure = figures.get(host)
  await figure.receive(component)
  return () => {
    figure.remove()
    figures.delete(host)
  }
}
