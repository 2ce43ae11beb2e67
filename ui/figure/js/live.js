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

/** A number, or a fraction such as 1/6; NaN for what is neither, or too small to be told from 0. */
export function parse(text) {
  const plain = text.normalize("NFKC").replaceAll(MINUS, "-").replaceAll("\u2044", "/").trim()
  const parts = plain.split("/").map((part) => part.trim())
  if (parts.length > 2 || !parts.every((part) => NUMBER.test(part))) return NaN
  const [top, below = 1] = parts.map(Number)
  const lost = top === 0 && /[1-9]/.test(parts[0].split(/e/i)[0])
  return lost ? NaN : top / below
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
    this.others = Object.keys(message.base)
      .filter((name) => !this.names.includes(name) && !message.free.includes(name))
    this.rules = message.rules
    this.ruled = Object.keys(message.rules)
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
    if (this.others.some((name) => state[name] !== this.base[name])) return -1
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

  /** A control's value in a row: what a rule of the model makes of it, or where it stands there. */
  control(name, row) {
    if (name in this.rules) {
      const [array, index] = this.rules[name].split(".")
      return this.value(array, row)[+index]
    }
    const at = row - this.starts[name]
    if (at >= 0 && at < this.positions[name].length) return this.positions[name][at]
    return (this.presets.find((preset) => preset.row === row)?.values ?? this.base)[name]
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

// ---------------------------------------------------------------- figures of one state

/** The figures of a page that show one state: while one is moved, the others follow. */
const groups = new Map()

function join(group, figure) {
  if (!groups.has(group)) groups.set(group, new Set())
  groups.get(group).add(figure)
}

const others = (figure) => [...(groups.get(figure.group) ?? [])].filter((one) => one !== figure)

// ---------------------------------------------------------------- any text

/**
 * Half of a surrogate pair has no bytes in UTF-8: Streamlit drops the message that holds it. What
 * stands for it is U+FFFD, before React sees the text; its own setter would hide the change.
 */
function mendText({ target }) {
  if (!(target instanceof HTMLTextAreaElement) || target.value.isWellFormed()) return
  const { set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value")
  set.call(target, target.value.toWellFormed())
}
document.addEventListener("input", mendText, true)

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

/** Write what an element shows, if it does not show it yet: most of a picture stays as it is. */
function tell(node, what, value) {
  node.told ??= {}
  if (node.told[what] === value) return
  node.told[what] = value
  if (what === "textContent") node.textContent = value
  else if (what === "transform") node.style.transform = value
  else node.setAttribute(what, value)
}

/** The parts of a slot "name.index|how". */
const parsed = new Map()
function parts(key) {
  if (!parsed.has(key)) {
    const [path, how] = key.split("|")
    const [name, index] = path.split(".")
    parsed.set(key, { name, index, how })
  }
  return parsed.get(key)
}

const same = (one, other) => Object.keys(one).every((name) => one[name] === other[name])

/** A number for a field that a rule fills: four places at most, few digits where it is tiny. */
const short = (x) => (x === 0 || Math.abs(x) >= 1e-4 ? String(+x.toFixed(4)) : show(x, 2))

/** A number for a field: all its digits, as long as they fit; 1e8 rather than 100000000. */
function typed(x) {
  const all = exact(x)
  const power = Math.abs(x) >= 1e6 ? x.toExponential().replace("e+", "e").replace("-", MINUS) : all
  const text = power.length < all.length ? power : all
  return text.length <= 10 ? text : exact(+x.toPrecision(6))
}

const fill = (template, values) => template.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name])

let plotly
const loadPlotly = (url) => (plotly ??= import(new URL(url, window.location.origin).href))

/** Plotly measures its texts when it draws them: a face that came later would move them. */
let fonts
const loadFonts = (family) => (fonts ??= Promise.all(["", "bold "].map((weight) =>
  document.fonts.load(`${weight}13px ${family}`).catch(() => {}))))

let style
const loadStyle = (url) => (style ??= new Promise((done) => {
  const href = new URL(url, window.location.origin).href
  document.head.append(element("link", { rel: "stylesheet", href, onload: done, onerror: done }))
}))

/** Put a value in its place in a figure: "marker.color", "xaxis2.domain". */
function place(node, path, value) {
  const keys = path.split(".")
  const last = keys.pop()
  keys.reduce((inner, key) => (inner[key] ??= {}), node)[last] = value
}

/**
 * Animating to a frame of no duration leaves axes, ticks and titles alone: half the time of a
 * restyle, which besides forgets that an axis was one of categories (benchmarks/bench_live.py).
 * Plotly can do so for these types; an axis whose range has to follow its data it cannot.
 */
const ANIMATED = ["bar", "scatter"]
const SWIPE = 6 // px that a finger goes aside before it drags and does not scroll
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

// Streamlit's address has %2C and %3A where a reader wants a comma and a colon.
function tidyAddress(added = "") {
  const { pathname, search, hash } = window.location
  const query = new URLSearchParams(search)
  for (const [name, value] of new URLSearchParams(added)) query.set(name, value)
  const readable = (added ? `?${query}` : search).replace(/%2C/gi, ",").replace(/%3A/gi, ":")
  if (readable !== search) history.replaceState(history.state, "", pathname + readable + hash)
}

// ---------------------------------------------------------------- the figure

class LiveFigure {
  constructor(host) {
    this.root = host.appendChild(element("div", { class: "xent" }))
    this.state = {}
    this.touched = new Set() // what was moved since the last change that was sent
    this.picked = {} // what one looks at; no part of the state
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
    tidyAddress()
    const { css, plotly } = this.message.assets
    if (first) await Promise.all([loadStyle(css), loadPlotly(plotly)])
    this.Plotly ??= (await loadPlotly(this.message.assets.plotly)).default
    if (first) await loadFonts(this.colours().font)
    if (this.message.stream) await this.play()
    if (changed || first) this.plot()
    else this.retheme()
  }

  /** A figure of something that goes on has a player, which brings it rows as they come. */
  async play() {
    // without a wait from the second time on: no frame may come between the elements and the player
    if (!this.player) {
      const { Player } = await import(new URL(this.message.assets.player, window.location.origin).href)
      this.player = new Player(this, { digits: show, element, fill, parse, rerunPage, server, tidyAddress, unpack })
    }
    this.player.take()
  }

  take(message) {
    const labels = message.presets.map((preset) => preset.label)
    const layout = JSON.stringify([message.controls, labels, message.readouts, message.picks,
      message.handles, message.rows, message.formula, message.words, message.names, message.stream?.url])
    this.message = message
    this.places = {} // where the handles are in each row, in pixels: reckoned when they are dragged
    this.regroup(message.group)
    this.table = new Table(message)
    this.bound = byTrace(message.binds)
    this.fast = this.bound.every(({ trace }) => ANIMATED.includes(message.figure.data[trace].type))
    const answered = this.inflight !== null && message.ack === this.inflight
    // a server that was started anew counts anew, and knows the state that the last one told us
    const known = answered ? this.sent : this.base
    const elsewhere = message.epoch !== this.epoch && !(known && same(message.base, known))
    if (elsewhere || answered) this.inflight = null
    if (elsewhere) { this.unsent = false; this.touched.clear() }
    this.epoch = message.epoch
    this.base = message.base
    this.state = this.stateAfter(message.base, elsewhere, answered)
    if (layout !== this.layout) this.build()
    this.layout = layout
    this.moveControls()
    this.showStatus()
    if (this.unsent && !this.inflight) this.commit()
  }

  /** The server's state, with what the hand has moved meanwhile. */
  stateAfter(base, elsewhere, answered) {
    const leader = others(this).find((one) => one.busy())
    if (!elsewhere && leader && !this.busy()) return this.with(base, leader)
    if (elsewhere || !this.busy()) return { ...base }
    return answered ? this.with(base, this) : this.state
  }

  /** A state with what the hand has moved in a figure since the server heard of it last. */
  with(base, figure) {
    const moved = [...figure.touched].filter((name) => name in base)
    return { ...base, ...Object.fromEntries(moved.map((name) => [name, figure.state[name]])) }
  }

  busy() {
    return Boolean(this.inflight || this.unsent || this.grabbed)
  }

  regroup(group) {
    groups.get(this.group)?.delete(this)
    this.group = group
    join(group, this)
  }

  /** Another figure of the group is moved: show the same. */
  follow(leader) {
    if (!this.message || this.busy()) return
    this.state = this.with(this.message.base, leader)
    this.asleep = !this.inSight
    if (this.asleep) return // nobody looks: drawn when somebody does
    this.moveControls()
    this.request()
  }

  /** A figure that follows another is drawn while it is in sight, or about to be. */
  watchSight() {
    this.sight ??= new IntersectionObserver(([entry]) => {
      this.inSight = entry.isIntersecting
      if (!this.inSight || !this.asleep) return
      this.asleep = false
      this.moveControls()
      this.request()
    }, { rootMargin: "100px" })
    this.sight.disconnect()
    this.sight.observe(this.root)
  }

  // -- the page's elements

  build() {
    const { controls, presets, readouts, formula, words } = this.message
    const focused = this.root.contains(document.activeElement) && document.activeElement.id
    this.picture ??= element("div", { class: "xent-picture", role: "img" })
    this.handles = this.message.handles.map((handle) => this.handle(handle))
    const stage = element("div", { class: "xent-stage" }, this.picture,
      ...this.handles.map(({ node }) => node))
    this.widgets = {}
    const panel = element("div", { class: "xent-controls" })
    for (const control of controls) {
      if (control.kind === "slider") panel.append(this.slider(control))
      if (control.kind === "choice") panel.append(this.choice(control))
    }
    for (const pick of this.message.picks) panel.append(this.pick(pick))
    const cells = controls.filter((control) => control.kind === "cell")
    const cellTable = cells.length ? [this.cells(cells)] : []
    this.status = element("p", { class: "xent-status", role: "status" })
    this.numbers = readouts.map((readout) => this.readout(readout))
    this.formula = element("div", { class: "xent-formula" })
    this.formula.innerHTML = formula
    const buttons = element("div", { class: "xent-presets", role: "group", "aria-label": words.presets })
    presets.forEach(({ label }, i) => {
      const onclick = () => this.go(this.table.presets[i].values)
      buttons.append(element("button", { type: "button", id: `${this.message.key}-preset-${i}`, onclick }, label))
    })
    const tools = element("div", { class: "xent-tools" },
      element("button", { type: "button", title: words.copy_link, onclick: () => this.copyLink() }, words.copy_link),
      element("button", { type: "button", title: words.save_picture, onclick: () => this.savePicture() }, words.save_picture))
    const results = element("div", { class: "xent-results" }, ...this.numbers.map((n) => n.node))
    const below = element("div", { class: "xent-below" }, buttons, tools)
    this.root.replaceChildren(element("div", { class: "xent-grid" },
      results, stage, ...cellTable, panel, this.formula, below, this.status))
    this.slots = [...this.root.querySelectorAll(".xent-formula [data-slot], td[data-slot]")]
      .map((node) => ({ node, slot: node.dataset.slot }))
    this.marked = [...this.root.querySelectorAll(".xent-formula [data-state]")]
      .map((node) => ({ node, at: node.dataset.state.split(".") }))
    this.formula.onclick = ({ target }) => this.set(target.closest("[data-sets]"))
    this.setters = [...this.root.querySelectorAll(".xent-formula [data-sets]")]
      .map((node) => ({ node, sets: node.dataset.sets.split("=") }))
    this.picture.onpointerdown = (event) => this.leap(event)
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true })
    this.observeSize()
    this.watchSight()
  }

  slider(control) {
    const positions = this.table.positions[control.name]
    const id = `${this.message.key}-${control.name}`
    const range = element("input", { type: "range", id, min: 0, step: 1, class: "xent-range" })
    const field = element("input", { type: "text", inputmode: "decimal", class: "xent-field", id: `${id}-field`,
      autocomplete: "off", spellcheck: "false",
      "aria-label": fill(this.message.words.exact_value, { label: control.label }) })
    const problem = element("span", { class: "xent-problem", role: "alert", id: `${id}-problem` })
    range.style.setProperty("--colour", control.colour ? `var(--xent-${control.colour})` : "var(--st-primary-color)")
    range.oninput = () => {
      if (!this.swipes(range)) this.move(control.name, this.table.positions[control.name][+range.value])
    }
    range.onchange = () => {
      this.grabbed = null
      if (this.keyed) this.rest = true
      else if (this.touched.has(control.name)) this.commit()
    }
    range.onkeydown = () => { this.keyed = true }
    range.onkeyup = range.onblur = () => this.keysRest()
    range.onpointerdown = (event) => {
      this.grabbed = control.name
      this.byHandle = false
      this.finger = event.pointerType === "touch" && { x: event.clientX, before: range.value, tapped: range.value }
    }
    range.onpointermove = ({ clientX }) => {
      if (this.finger && Math.abs(clientX - this.finger.x) > SWIPE) this.finger = null
    }
    range.onpointerup = () => this.letGo(control, range, this.finger?.tapped)
    range.onpointercancel = () => this.letGo(control, range)
    this.typable(control, field, problem)
    this.widgets[control.name] = { control, range, field, problem }
    return element("div", { class: "xent-slider" },
      element("label", { for: id }, control.label), range,
      element("span", { class: "xent-value" }, field, control.unit), problem)
  }

  /** A finger on a track may be about to scroll: nothing moves before it goes aside, or taps. */
  swipes(range) {
    if (!this.finger) return false
    this.finger.tapped = range.value
    range.value = this.finger.before
    return true
  }

  letGo(control, range, tapped) {
    if (this.grabbed === control.name) this.grabbed = null
    const { before } = this.finger || {}
    this.finger = null
    if (tapped === undefined || tapped === before) return
    range.value = tapped
    this.move(control.name, this.table.positions[control.name][+tapped])
    this.commit()
  }

  typable(control, field, problem) {
    field.onchange = () => this.type(control, field, problem)
    field.onfocus = () => field.select()
    field.onkeydown = (event) => {
      if (event.key === "Enter") this.type(control, field, problem)
      if (event.key === "Escape") { this.refuse(field, problem, ""); field.value = this.fieldText(control.name) }
    }
  }

  /** A key that is held repeats: the server hears of it when it is let go. */
  keysRest() {
    this.keyed = false
    if (this.rest) { this.rest = false; this.commit() }
  }

  /** Fields in rows and columns, for numbers that belong together. */
  cells(controls) {
    const unique = (key) => [...new Set(controls.map((control) => control[key]))]
    const [rows, columns] = [unique("row"), unique("column")]
    const problem = element("p", { class: "xent-problem", role: "alert", id: `${this.message.key}-cells-problem` })
    const cell = (row, column) => {
      const control = controls.find((one) => one.row === row && one.column === column)
      const field = element("input", { type: "text", inputmode: "decimal", class: "xent-field",
        id: `${this.message.key}-${control.name}`, autocomplete: "off", spellcheck: "false",
        "aria-label": fill(this.message.words.exact_value, { label: control.label }) })
      if (control.colour) field.style.setProperty("--colour", `var(--xent-${control.colour})`)
      this.typable(control, field, problem)
      this.widgets[control.name] = { control, field, problem }
      return element("td", {}, field)
    }
    const head = element("tr", {}, element("td"), ...columns.map((name) => element("th", { scope: "col" }, name)))
    const line = (label, cells) => element("tr", {}, element("th", { scope: "row" }, label), ...cells)
    const typed = rows.map((row) => line(row, columns.map((column) => cell(row, column))))
    const read = this.message.rows.map(({ label, array, colour }) => line(label,
      columns.map((_, i) => element("td", { "data-slot": `${array}.${i}`, class: colour && `xent-${colour}` }))))
    return element("div", { class: "xent-cells" }, element("table", {}, head, ...typed, ...read), problem)
  }

  /** What one looks at: no part of the state, the server never hears of it. */
  pick({ name, label, options }) {
    const group = `${this.message.key}-${name}`
    const chips = element("div", { class: "xent-options" })
    if (!(this.picked[name] < options.length)) this.picked[name] = 0
    const inputs = options.map((option, i) => {
      const input = element("input", { type: "radio", name: group, value: i, id: `${group}-${i}` })
      input.checked = i === this.picked[name]
      input.onchange = () => this.look(name, i)
      chips.append(input, element("label", { for: `${group}-${i}` }, option))
      return input
    })
    this.picks = { ...this.picks, [name]: inputs }
    return element("fieldset", { class: "xent-choice", "data-pick": name }, element("legend", {}, label), chips)
  }

  look(name, i) {
    if (this.picked[name] === i || !this.picks[name][i]) return
    this.picked[name] = i
    this.picks[name][i].checked = true
    this.request()
  }

  // -- handles: what one can take hold of in the picture itself

  handle(spec) {
    const control = this.message.controls.find(({ name }) => name === spec.control)
    const node = element("div", { class: `xent-handle xent-handle-${spec.shape}`, role: "slider",
      tabindex: 0, id: `${this.message.key}-${spec.control}-handle`, "aria-label": control.label })
    if (spec.colour) node.style.setProperty("--colour", `var(--xent-${spec.colour})`)
    node.onpointerdown = (event) => {
      event.preventDefault()
      node.focus({ preventScroll: true })
      node.setPointerCapture(event.pointerId)
      this.grabbed = spec.control
      this.byHandle = true
      const box = node.getBoundingClientRect()
      this.grip = [event.clientX - box.x - box.width / 2, event.clientY - box.y - box.height / 2]
    }
    node.onpointermove = (event) => { if (this.grabbed === spec.control) this.pull(spec, event) }
    node.onpointerup = node.onpointercancel = () => {
      if (this.grabbed !== spec.control) return
      this.grabbed = null
      if (this.touched.has(spec.control)) this.commit()
    }
    node.onkeydown = (event) => this.push(spec, event)
    node.onkeyup = node.onblur = () => this.keysRest()
    return { spec, node }
  }

  /** A handle's place on the picture, in pixels. */
  spot(spec, row) {
    const { [`xaxis${spec.axis}`]: xaxis, [`yaxis${spec.axis}`]: yaxis } = this.picture._fullLayout
    const along = (axis, where) => {
      if (typeof where === "number") return axis._offset + axis.l2p(where)
      const [name, index] = where.split(".")
      const value = this.value(name, row)
      return axis._offset + axis.l2p(index === undefined ? value : value[+index])
    }
    return [along(xaxis, spec.x), along(yaxis, spec.y)]
  }

  placeHandles(row) {
    for (const { spec, node } of this.handles) {
      const [x, y] = this.spot(spec, row)
      node.hidden = !(Number.isFinite(x) && Number.isFinite(y))
      if (!node.hidden) tell(node, "transform", `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -50%)`)
      const name = spec.control
      const at = this.table.index(name, this.state[name])
      tell(node, "aria-valuemin", 0)
      tell(node, "aria-valuemax", this.table.positions[name].length - 1)
      tell(node, "aria-valuenow", Math.max(at, 0))
      tell(node, "aria-valuetext", spec.says ? this.slot(spec.says, row) : short(this.shown(name, row)))
    }
  }

  /** Where a handle is at each position of its control. */
  spots(spec) {
    const start = this.table.starts[spec.control]
    const count = this.table.positions[spec.control].length
    const key = [spec.control, spec.x, spec.y, spec.axis].join()
    this.places[key] ??= Array.from({ length: count }, (_, i) => this.spot(spec, start + i))
    return this.places[key]
  }

  /** The pointer pulls a handle: of the places that it can have, the nearest. */
  pull(spec, event) {
    const box = this.picture.getBoundingClientRect()
    const [x, y] = [event.clientX - this.grip[0] - box.x, event.clientY - this.grip[1] - box.y]
    this.toNearest(spec, ([left, top]) => Math.hypot(left - x, top - y))
  }

  /** Where the picture is pressed, a handle that leaps comes to, and stays under the hand. */
  leap(event) {
    const found = this.handles.find(({ spec }) => spec.leaps && this.plotted && this.within(spec, event))
    if (!found) return
    event.preventDefault()
    this.grabbed = found.spec.control
    this.byHandle = true
    this.grip = [0, 0]
    found.node.focus({ preventScroll: true })
    found.node.setPointerCapture(event.pointerId)
    this.pull(found.spec, event)
  }

  /** Whether the pointer is in the panel of a handle. */
  within({ axis }, { clientX, clientY }) {
    const { [`xaxis${axis}`]: xaxis, [`yaxis${axis}`]: yaxis } = this.picture._fullLayout
    const box = this.picture.getBoundingClientRect()
    const inside = (at, { _offset, _length }) => at >= _offset && at <= _offset + _length
    return inside(clientX - box.x, xaxis) && inside(clientY - box.y, yaxis)
  }

  toNearest(spec, distance) {
    let best = -1
    let least = Infinity
    this.spots(spec).forEach((spot, i) => {
      const far = distance(spot)
      if (far < least) [best, least] = [i, far]
    })
    const value = this.table.positions[spec.control][best]
    if (best >= 0 && value !== this.state[spec.control]) this.move(spec.control, value)
  }

  /** A key pushes a handle: along its line, or over a plane to the next place in that direction. */
  push(spec, event) {
    const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10,
      Home: -Infinity, End: Infinity }
    if (!(event.key in steps)) return
    event.preventDefault()
    this.keyed = this.rest = true
    if (spec.shape === "point" && event.key in ways) {
      const [x, y] = this.spot(spec, Math.max(this.table.row(this.state), 0))
      const [right, down] = ways[event.key]
      this.toNearest(spec, ([left, top]) => {
        const [dx, dy] = [left - x, top - y]
        const ahead = dx * right + dy * down
        return ahead > 1 ? ahead + 2 * Math.abs(dx * down - dy * right) : Infinity
      })
      return
    }
    const positions = this.table.positions[spec.control]
    const row = this.table.row(this.state)
    const now = this.shown(spec.control, row)
    const at = positions.findLastIndex((position) => position <= now)
    const to = Math.min(Math.max(at + steps[event.key], 0), positions.length - 1)
    this.move(spec.control, positions[to])
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
    if (this.player) value = this.player.moved(value)
    this.state = { ...this.state, [name]: value }
    this.touched.add(name)
    this.moveControls(this.table.ruled.length ? undefined : name)
    this.request()
    for (const one of others(this)) one.follow(this)
  }

  go(values) {
    for (const { field, problem } of Object.values(this.widgets)) if (field) this.refuse(field, problem, "")
    this.state = { ...values }
    Object.keys(values).forEach((name) => this.touched.add(name))
    this.moveControls()
    this.request()
    for (const one of others(this)) one.follow(this)
    this.commit()
  }

  /** A control's value as it is shown: its own, or what the model's rule makes of it. */
  shown(name, row = this.table.row(this.state)) {
    return row < 0 || !(name in this.table.positions) ? this.state[name] : this.table.control(name, row)
  }

  /** A click on something that says "name=value" sets that part of the state. */
  set(node) {
    if (!node) return
    const [name, value] = node.dataset.sets.split("=")
    if (this.state[name] === +value) return
    this.move(name, +value)
    this.commit()
  }

  type(control, field, problem) {
    const positions = this.table.positions[control.name]
    const [lo, hi] = control.bounds ?? [positions[0], positions[positions.length - 1]]
    const shown = this.fieldText(control.name)
    if (field.value === shown) return this.refuse(field, problem, "") // Enter, then leaving the field
    const value = parse(field.value)
    if (!(value >= lo && value <= hi) || (control.whole && !Number.isInteger(value))) {
      const { allowed_whole, allowed: allowed_any, decimal_point } = this.message.words
      const allowed = fill(control.whole ? allowed_whole : allowed_any, { lo: exact(lo), hi: exact(hi) })
      const pointed = field.value.replace(/[,，]/, ".")
      const comma = Number.isNaN(value) && pointed !== field.value && !Number.isNaN(parse(pointed))
      this.refuse(field, problem, comma ? `${fill(decimal_point, { point: pointed.trim() })} ${allowed}` : allowed)
      return
    }
    this.refuse(field, problem, "")
    if (value === this.shown(control.name)) return this.moveControls()
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
    const row = this.table.row(this.state)
    for (const [name, widget] of Object.entries(this.widgets)) {
      if (only && only !== name) continue
      const value = this.shown(name, row)
      if (value === undefined) continue // a preset with fewer classes: the server's answer rebuilds
      if (widget.inputs) {
        widget.inputs.forEach((input, i) => { input.checked = i === value })
        continue
      }
      const { range, field, problem, control } = widget
      const ruled = this.table.ruled.includes(name)
      const text = this.fieldText(name, row)
      const wrong = field.getAttribute("aria-invalid")
      if (field.value !== text && !(only === undefined && wrong) && !(ruled && field === document.activeElement)) field.value = text
      if (only === name) this.refuse(field, problem, "")
      if (!range) continue
      const positions = this.table.positions[name]
      const at = this.table.index(name, value)
      if (range.max !== String(positions.length - 1)) range.max = positions.length - 1
      const held = this.grabbed === name && !this.byHandle
      if (at >= 0 && !held && range.value !== String(at)) range.value = at
      range.setAttribute("aria-valuetext", exact(value) + (control.unit ? ` ${control.unit}` : ""))
      range.style.setProperty("--part", `${(100 * +range.value) / Math.max(positions.length - 1, 1)}%`)
    }
  }

  /** What a field says of its control. */
  fieldText(name, row = this.table.row(this.state)) {
    const value = this.shown(name, row)
    return (this.table.ruled.includes(name) ? short(value) : typed(value)).replaceAll(MINUS, "-")
  }

  /** Tell the server, one change at a time: what happens meanwhile follows with its answer. */
  commit() {
    if (this.player) return // the rows are here, and nothing else follows from where one looks
    if (this.inflight) {
      this.unsent = true
      return
    }
    this.unsent = false
    this.inflight = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`
    this.sent = this.settled()
    this.touched.clear()
    this.tell()
    this.showStatus()
    this.remind(this.inflight)
  }

  /** The state as it is after the model's rules. */
  settled() {
    const row = this.table.row(this.state)
    return Object.fromEntries(Object.keys(this.state).map((name) => [name, this.shown(name, row)]))
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
    if (this.gaps(row) !== this.gapsDrawn) return this.plot()
    const shown = this.message.figure.data.map(() => ({})) // the still ones too: Plotly sorts what it animates
    for (const { trace, binds } of this.bound)
      for (const { field, array } of binds) shown[trace][field] = this.field(array, row)
    if (this.fast) {
      this.Plotly.animate(this.picture, { data: shown, traces: shown.map((_, i) => i) }, AT_ONCE).catch(() => {})
      this.outline()
    } else this.redraw(shown)
    this.tellRow(row)
  }

  /** Plotly gives a bar of no height no outline, but only in a full draw: others may be so now. */
  outline() {
    for (const node of this.picture.querySelectorAll(".barlayer .point > path")) {
      const { isBlank, trace } = { ...node.__data__, trace: node.parentNode.parentNode.parentNode.__data__?.[0]?.trace }
      const width = `${isBlank ? 0 : trace?.marker?.line?.width ?? 0}px`
      if (node.style.strokeWidth !== width) node.style.strokeWidth = width
    }
  }

  /** What is not Plotly's: the handles, the numbers, the formula, the text alternative. */
  tellRow(row) {
    this.placeHandles(row)
    this.write(row)
    this.player?.drawn(row)
  }

  /** For traces that Plotly cannot animate, such as a heat map: about twice the time. */
  redraw(shown) {
    shown.forEach((fields, i) => {
      for (const [path, value] of Object.entries(fields)) place(this.picture.data[i], path, value)
    })
    this.Plotly.redraw(this.picture)
  }

  /** A control's value, a row of controls, or the model's array at this row; array@pick a part of it. */
  value(name, row) {
    const vector = this.message.vectors[name]
    if (vector) return vector.map((control) => this.shown(control, row))
    const [array, pick] = name.split("@")
    if (pick) return this.table.value(array, row)[this.picked[pick]]
    return this.table.names.includes(name) ? this.shown(name, row) : this.table.value(name, row)
  }

  /** What a trace's field shows: numbers as they are, names and digits as text; name* all rows. */
  field(array, row) {
    const [name, how] = array.split("|")
    const value = name.endsWith("*") ? this.player.column(name.slice(0, -1)) : this.value(name, row)
    const list = typeof value === "number" ? [value] : value
    // a text that is empty at first would never be drawn: Plotly animates what it has drawn
    const write = (x) => (typeof x === "number" ? this.text(x, name, how) || "\u00a0" : Array.from(x, write))
    return how ? Array.from(list, write) : list
  }

  text(x, name, how) {
    const words = this.message.names[name]
    if (words) return words[x]?.split("|").pop() ?? "" // of "key|words" the words
    if (how === "short") return typed(x)
    return how === "exact" ? exact(x) : show(x, Number(how) || 4)
  }

  slot(key, row) {
    const { name, index, how } = parts(key)
    if (name in this.state && this.message.names[name]) return this.text(this.state[name], name)
    if (name in this.picked) return this.message.names[name]?.[this.picked[name]] ?? String(this.picked[name])
    if (this.table.names.includes(name) && !this.table.ruled.includes(name)) {
      return how === "short" ? typed(this.state[name]) : exact(this.state[name])
    }
    const value = this.value(name, row)
    if (typeof value === "number") return this.text(value, name, how)
    if (index !== undefined) return this.text(value[+index], name, how)
    const write = (x) => (typeof x === "number" ? this.text(x, name, how) : `(${list(x)})`)
    const list = (xs) => Array.from(xs, write).filter(Boolean).join(", ")
    return list(value)
  }

  write(row) {
    for (const { slot, value } of this.numbers) tell(value, "textContent", this.slot(slot, row))
    for (const { slot, node } of this.slots) tell(node, "textContent", this.slot(slot, row))
    for (const { node, at } of this.marked) this.mark(node, at, row)
    for (const { node, sets: [name, value] } of this.setters) {
      const chosen = this.state[name] === +value
      if (node.chosen !== chosen) node.classList.toggle("xent-chosen", node.chosen = chosen)
    }
    const alt = this.message.alt.replace(/\[\[([^\]]+)\]\]/g, (_, key) => this.slot(key, row))
    tell(this.picture, "aria-label", alt)
    this.drawn = this.settled()
    this.root.dataset.drawn = JSON.stringify(this.drawn)
  }

  /** The key of a name "key|words" for the style, the words for who points at it. */
  mark(node, [name, index], row) {
    const value = this.value(name, row)
    const named = this.message.names[name][index === undefined ? value : value[+index]] ?? ""
    if (node.named === named) return
    node.named = named
    const [key, words = ""] = named.split("|")
    node.dataset.is = key
    node.title = words
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
    const layout = narrowed(this.message.figure.layout, width)
    this.narrow = layout !== this.message.figure.layout
    const colours = this.colours()
    this.theme = JSON.stringify(colours)
    const config = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false }
    const full = dress({ ...layout, width: width || undefined }, colours)
    const shown = this.row()
    this.gapsDrawn = this.gaps(shown)
    const figure = JSON.stringify([this.message.figure.data, full, this.sizes(shown), this.gapsDrawn])
    if (this.plotted && figure === this.figure) return this.draw() // only numbers are new
    this.figure = figure
    this.picture.style.minHeight = `${layout.height}px`
    await this.Plotly.newPlot(this.picture, this.filled(shown), full, config)
    this.listen()
    this.plotted = true
    this.places = {}
    this.player?.replotted()
    this.showStatus()
    if (this.table.row(this.state) >= 0) this.tellRow(this.table.row(this.state))
    this.reachFormula()
    this.root.dataset.ready = "true"
  }

  /** The row that is shown; where the table does not hold the state, the one that it was made for. */
  row() {
    return Math.max(this.table.row(this.state), 0)
  }

  /**
   * The traces with their numbers. Plotly gives colours and patterns to what is there at a first
   * draw, not to what joins them in an animation: so a first draw has all of it.
   */
  filled(row) {
    const data = structuredClone(this.message.figure.data)
    for (const { trace, binds } of this.bound)
      for (const { field, array } of binds) place(data[trace], field, this.field(array, row))
    return data
  }

  /** Where bars with a text have none: in an animation Plotly gives none to a bar that comes. */
  gaps(row) {
    const { data } = this.message.figure
    const labelled = this.bound.filter(({ trace, binds }) =>
      data[trace].type === "bar" && binds.some(({ field }) => field === "text"))
    return labelled.flatMap(({ binds }) => binds.filter(({ field }) => field !== "text"))
      .map(({ array }) => Array.from(this.field(array, row), (x) => (Number.isNaN(x) ? "-" : "+")).join("")).join()
  }

  /** How many numbers each trace has: with other classes, another picture. */
  sizes(row) {
    return this.bound.map(({ binds }) => binds.map(({ array }) => this.field(array, row)?.length))
  }

  /** Pointing at a point of the trace that a pick names picks it. */
  listen() {
    const point = ({ points: [hit] }) => {
      const found = this.message.picks.find(({ trace }) => trace === hit.curveNumber)
      if (found) this.look(found.name, hit.pointNumber)
    }
    this.picture.on("plotly_hover", point)
    this.picture.on("plotly_click", point)
  }

  retheme() {
    if (this.plotted && JSON.stringify(this.colours()) !== this.theme) this.plot()
  }

  observeSize() {
    this.resized ??= new ResizeObserver(() => {
      const width = this.picture.clientWidth
      if (!this.plotted || !width || width === this.width) return
      this.width = width
      this.places = {}
      this.reachFormula()
      const { layout } = this.message.figure
      if ((narrowed(layout, width) !== layout) !== this.narrow) this.plot()
      else this.Plotly.relayout(this.picture, { width }).then(() => this.draw())
    })
    this.resized.disconnect()
    this.resized.observe(this.picture)
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
    this.player?.remove()
    groups.get(this.group)?.delete(this)
    this.resized?.disconnect()
    this.sight?.disconnect()
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
