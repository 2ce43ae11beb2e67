// The player of something that goes on: a training run. It asks the server for more of it shortly
// before it is needed, as a film is loaded while it is shown; between two states that the server
// sent, what is drawn moves evenly, while the numbers are always those of a state. No formula here.

const AHEAD = 0.6 // seconds of the film that are asked for in advance
const RETRY = 1000 // milliseconds
// Plotly takes a frame or two. While a run plays its charts are drawn as often as this: the curves
// for some time ahead (see reveal), and the bars are on their way meanwhile (see live.css).
const PLOT_EVERY = 160 // milliseconds
const FRAME = 1000 / 60
const LATE = 20 // milliseconds from frame to frame

// What has a use for keys of its own.
const TAKES_KEYS = "input, textarea, select, [contenteditable], [role=slider], [role=listbox], [role=combobox], [role=radiogroup]"
const TAKES_SPACE = "button, a, summary"

const HEADERS = { "content-type": "application/json" }

/** The row of each kept state in what one has, or -1. */
const rowsOf = (steps, had) => {
  const at = new Map(had.map((step, i) => [step, i]))
  return steps.map((step) => at.get(step) ?? -1)
}

/** What a link says of a run but for where it opens. */
const settings = (link) => ["run", "vs", "rates"].map((name) => new URLSearchParams(link).get(name)).join()

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const NOTHING = 10 ** 7 // after this step there is nothing new

/** Where one was looking when one left a run's page. */
const left = new Map()

export class Player {
  constructor(figure, tools) {
    this.figure = figure
    Object.assign(this, tools)
    this.part = 0
    this.tops = {}
    this.frames = FRAME
    this.onkey = (event) => this.key(event)
    document.addEventListener("keydown", this.onkey)
    figure.root.addEventListener("focusin", ({ target }) => { this.focused = target })
    figure.root.addEventListener("focusout", ({ target }) => setTimeout(() => this.left(target)))
  }

  remove() {
    this.gone = true
    if (this.cursor < this.last) left.set(this.stream.url, this.steps[this.at])
    else left.delete(this.stream.url)
    this.line?.remove()
    cancelAnimationFrame(this.ticking)
    document.removeEventListener("keydown", this.onkey)
    this.surfaces?.forEach(({ canvas }) => canvas.remove())
  }

  // -- a message of the page

  /** The page was built, again or anew: the same run goes on where it was. */
  take() {
    const { stream, words } = this.figure.message
    const same = this.stream?.url === stream.url
    const again = !same && this.lostTo(stream)
    this.stream = stream
    this.words = words
    this.table.base = { step: -1 } // every state has its row among the positions
    if (again) this.resume()
    else this.steps = Array.from(this.figure.table.positions.step)
    const { link, failures } = stream.about // the words may be in another language now
    if (!again) this.about = same ? { ...this.about, link, failures } : stream.about
    if (!same && !again) this.begin()
    this.shown = this.table.arrays
    this.build()
    this.figure.state = { ...this.figure.state, step: this.steps[this.at] } // drawn when Plotly has the new figure
    this.figure.moveControls()
    this.clockwork()
    this.say()
    this.woken?.()
    if (again) this.ask({})
    else if (!same && stream.at > this.last) this.ask({ to: stream.at })
  }

  /** Another session has another run, but of the settings of this one: the old session is lost. */
  lostTo(stream) {
    return Boolean(this.stream) && stream.session !== this.stream.session
      && settings(stream.about.link) === settings(this.about.link)
  }

  /** What was seen stays; the new run has to come to it (see regain). */
  resume() {
    Object.assign(this.table.arrays, this.shown)
    this.table.positions.step = Float64Array.from(this.steps)
    this.figure.message.link = this.about.link
    if (!this.wish?.restart) this.regained = this.about.step
  }

  begin() {
    this.playing = false
    this.wish = this.regained = null
    this.follow = !left.has(this.stream.url) // to the step at which the page was opened
    this.furthest = this.last
    this.cursor = left.get(this.stream.url) ?? this.last
    this.pace = 0
    this.measured = null
    this.speed = this.chosenSpeed ?? this.stream.speed
    this.goal = this.stream.at
  }

  get table() {
    return this.figure.table
  }

  /** Which of the states is shown. */
  get at() {
    return Math.max(this.steps.findLastIndex((step) => step <= this.cursor), 0)
  }

  get last() {
    return this.steps[this.steps.length - 1]
  }

  // -- the elements

  build() {
    if (this.figure.root.contains(this.bar)) return // the figure builds anew what bears words
    const { words, element } = this
    const button = (name, onclick) =>
      element("button", { type: "button", title: words.keys_hint, onclick: ({ currentTarget, detail }) => {
        if (detail) currentTarget.blur() // pressed by a pointer: the keys are the player's again
        onclick()
      } }, words[name])
    this.playButton = button("play", () => this.toggle())
    this.playButton.classList.add("xent-play")
    this.rateField = element("input", { type: "text", inputmode: "decimal", class: "xent-field",
      "aria-label": words.rate_now, autocomplete: "off", onchange: () => this.typeRate() })
    this.speedField = element("select", { class: "xent-select", "aria-label": words.speed,
      onchange: () => { this.speed = this.chosenSpeed = +this.speedField.value } },
      ...this.stream.speeds.map(({ label, value }) => element("option", { value }, label)))
    this.speedField.value = this.speed
    this.meter = element("progress", { max: this.stream.total, "aria-label": words.progress })
    this.clock = element("span", { class: "xent-clock" })
    this.notice = element("div", { class: "xent-notice", role: "status" })
    this.bar = element("div", { class: "xent-player", role: "group", "aria-label": words.player },
      this.playButton, button("one_step", () => this.forward(1)),
      button("one_epoch", () => this.forward(this.stream.perEpoch)),
      button("restart", () => this.restart()),
      element("label", {}, words.speed, this.speedField),
      element("label", {}, words.rate_now, this.rateField), element("span", { class: "xent-turns" }, ...this.arrows()),
      this.meter)
    const grid = this.figure.root.querySelector(".xent-grid")
    const film = element("div", { class: "xent-film" }, grid.querySelector(".xent-controls"), this.clock)
    grid.prepend(this.bar, film, this.notice)
    this.sampleBar(grid)
    this.files(grid)
    this.surfaces?.forEach(({ canvas }) => canvas.remove())
    this.surfaces = this.stream.maps.map((map) => this.surface(map))
    this.line?.remove()
    this.line = element("div", { class: "xent-playhead", "aria-hidden": "true" })
    this.figure.picture.after(this.line)
    this.glyphs = [...this.figure.root.querySelectorAll("[data-glyph]")]
    this.glyphs.forEach((canvas) => { canvas.onclick = () => this.choose(this.glyphSample(canvas)) })
    this.mistakes = [...this.figure.root.querySelectorAll("[data-worst]")]
    this.rateShown = this.said = undefined
    this.refocus()
  }

  /** The focus went away from something that is still there: the reader took it. */
  left(node) {
    if (node === this.focused && node.isConnected && node !== document.activeElement) this.focused = null
  }

  /** What had the focus was built anew: it has it again. */
  refocus() {
    const before = this.focused
    if (!before || before.isConnected || document.activeElement !== document.body) return
    const name = (node) => node.id || node.getAttribute("aria-label") || node.textContent
    const same = [...this.figure.root.querySelectorAll(before.tagName)].find((node) => name(node) === name(before))
    same?.focus({ preventScroll: true })
  }

  /** Twice and half the rate, by a click. */
  arrows() {
    const turn = (label, factor, name) => this.element("button", { type: "button", class: "xent-turn", "aria-label": name,
      onclick: () => this.change(Math.min(this.about.rate * factor, this.stream.mostRate)) }, label)
    return [turn("÷2", 0.5, this.words.halve_rate), turn("×2", 2, this.words.double_rate)]
  }

  sampleBar(grid) {
    const { words, element, stream } = this
    this.sampleField = element("input", { type: "number", min: 0, max: stream.count - 1, step: 1,
      class: "xent-field", "aria-label": words.sample, onchange: () => this.choose(+this.sampleField.value) })
    this.samplePicture = element("canvas", { class: "xent-glyph", width: 8, height: 8, "aria-hidden": "true" })
    this.sampleWord = element("span", {})
    this.hint = element("span", { class: "xent-hint", hidden: "hidden" })
    grid.querySelector(".xent-stage").append(this.hint)
    const bar = element("div", { class: "xent-sample" },
      element("label", {}, words.sample, this.sampleField),
      ...(this.table.arrays.images ? [this.samplePicture] : []), this.sampleWord)
    grid.querySelector(".xent-stage").after(bar)
  }

  /** What one takes home: links, which the browser loads as files. */
  files(grid) {
    const { element, stream, words } = this
    const tools = grid.querySelector(".xent-tools")
    const links = stream.files.map(({ name, label, run }) =>
      element("a", { href: `${stream.url}/${name}?run=${run}`, download: "" }, label))
    tools.prepend(...links)
    tools.setAttribute("aria-label", words.take_away)
  }

  // -- what the hand and the keys do

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    const space = event.key === " "
    if (event.target.closest(TAKES_KEYS) && !(space && event.target.type === "range")) return
    if (space && event.target.closest(TAKES_SPACE)) return
    const does = { " ": () => this.toggle(), ArrowLeft: () => this.turn(-1),
      ArrowRight: () => this.forward(event.shiftKey ? this.stream.perEpoch : 1),
      Home: () => this.turn(-Infinity), End: () => this.turn(Infinity), r: () => this.restart() }[event.key]
    if (!does) return
    event.preventDefault()
    does()
  }

  toggle() {
    if (this.playing) this.pause()
    else this.start()
  }

  start() {
    if (this.about.done && this.cursor >= this.last) this.cursor = this.steps[0] // a film that is over
    this.playing = true
    this.follow = false
    this.shownAt = performance.now()
    this.tick(this.shownAt)
    this.say()
  }

  /** Stop at the newest state, unless one was looking back. */
  pause() {
    this.playing = false
    cancelAnimationFrame(this.ticking)
    this.follow = this.cursor >= this.furthest
    this.cursor = this.follow ? this.last : this.steps.findLast((step) => step <= this.cursor)
    this.show()
    this.tidy()
    this.answered?.then(() => this.tidy()) // what was asked for while it played
    this.say()
  }

  /** Go on by so many steps: to the next state that is there, or by training. */
  forward(steps) {
    if (this.playing) this.pause()
    const next = this.steps.find((step) => step > this.cursor)
    if (next !== undefined) return this.look(next)
    const whole = Math.floor(this.last / steps) * steps
    this.follow = true
    this.ask({ to: Math.min(whole + steps, this.stream.total) }).then(() => this.tidy())
  }

  /** To the state before or after the one that is shown. */
  turn(by) {
    if (this.playing) this.pause()
    this.look(this.steps[Math.min(Math.max(this.at + by, 0), this.steps.length - 1)])
  }

  look(step) {
    this.cursor = step
    this.follow = false
    this.show()
    this.say()
  }

  /** The slider or the handle was moved: the nearest state that is kept. */
  moved(value) {
    if (this.playing) this.pause()
    const far = (step) => Math.abs(step - value)
    const step = this.steps.reduce((best, one) => (far(one) < far(best) ? one : best))
    this.cursor = step
    this.part = 0
    this.follow = false
    this.clockwork()
    this.say()
    return step
  }

  restart() {
    if (this.playing) this.pause()
    this.ask({ restart: true, to: 0, after: -1 }).then(() => {
      this.furthest = 0
      this.look(0)
      this.figure.places = {}
      this.tidy()
    })
  }

  typeRate() {
    const rate = this.parse(this.rateField.value.replace(/[,，]/, "."))
    if (rate >= 0 && rate <= this.stream.mostRate) return this.change(rate)
    this.rateField.setAttribute("aria-invalid", "true")
    this.object(this.words.bad_rate)
  }

  /** The rate changes from the newest state on: that one is shown, so that no one is misled. */
  change(rate) {
    this.rateField.removeAttribute("aria-invalid")
    this.rateShown = null
    this.cursor = this.last
    this.ask({ rate }).then(() => {
      this.tidy()
      this.rerunPage() // the program on the page has the rate, too
    })
  }

  choose(sample) {
    if (!(Number.isInteger(sample) && sample >= 0 && sample < this.stream.count)) return this.say()
    this.ask({ sample, after: -1 })
  }

  // -- the server

  /** One question at a time; what is asked meanwhile goes with the next. */
  ask(wish) {
    this.wish = { ...this.wish, ...wish }
    this.answered ??= this.talk().finally(() => { this.answered = null })
    return this.answered
  }

  async talk() {
    while (this.wish && !this.gone) {
      const regains = this.regained !== null
      const wish = regains ? this.regain() : this.wish
      if (!regains) this.wish = null
      const asked = { to: 0, after: this.last, ...wish, lang: document.documentElement.lang.slice(0, 2) }
      const { url } = this.stream
      const answer = await fetch(url + "/more", { method: "POST", headers: HEADERS, body: JSON.stringify(asked) })
        .then((response) => response, () => null)
      const bytes = answer?.ok && new Uint8Array(await answer.arrayBuffer())
      if (this.gone) return
      if (url !== this.stream.url) { // the page shows another run by now
        if (!bytes && !regains && this.regained !== null) this.wish = { ...wish, ...this.wish } // of the same settings
        continue
      }
      if (!bytes) await this.missed(answer, regains ? {} : wish)
      else if (regains) this.regaining(this.unpack(bytes))
      else this.merge(this.unpack(bytes), asked.after)
    }
  }

  /** First of all a new server's run has to come to where the old one was; till then, nothing is new. */
  regain() {
    const { about, stream } = this
    return { to: about.done ? stream.total : this.regained, after: NOTHING, sample: about.sample }
  }

  /** Then all that is shown is the new run's own, and what one wished meanwhile is done. */
  regaining(message) {
    this.measured = null
    if (message.step < this.regained && !message.done) return
    this.regained = null
    this.said = undefined
    this.wish = { ...this.wish, after: -1 }
  }

  /** No answer: the server is away, or a new one that does not know this run. */
  async missed(answer, wish) {
    if (answer?.status === 400) return this.refused(await answer.text())
    this.wish = { ...wish, ...this.wish }
    this.notice.textContent = this.words.lost_run
    this.said = undefined
    if (answer) this.rerunPage() // gives the page a run of the same settings
    else await this.serverBack()
    await this.pageBack()
    this.say()
  }

  /** Wait until the server answers again: what is asked before is asked in vain. */
  async serverBack() {
    this.server.ask()
    do await pause(RETRY)
    while (this.server.lost && !this.gone)
  }

  /** Wait for the page that is run again then; if none comes, the run may be there all the same. */
  pageBack() {
    return Promise.race([pause(4 * RETRY), new Promise((resolve) => { this.woken = resolve })])
  }

  refused(problem) {
    console.warn("training:", problem)
    this.say()
  }

  /** Put what is new to what one has; of that, only what the server still keeps. */
  merge(message, after) {
    const had = after < 0 ? [] : this.steps
    const rows = rowsOf(message.steps, had)
    const fresh = rowsOf(message.steps, message.new)
    const kept = message.steps.map((_, i) => (fresh[i] >= 0 ? [true, fresh[i]] : [false, rows[i]]))
      .filter(([, row]) => row >= 0)
    if (message.new.length || kept.length !== this.steps.length) {
      for (const name of Object.keys(this.table.arrays)) this.join(name, message.arrays[name], kept)
      this.steps = message.steps.filter((_, i) => fresh[i] >= 0 || rows[i] >= 0)
      this.table.positions.step = Float64Array.from(this.steps)
      this.figure.places = {}
    }
    this.about = message
    this.shown = this.table.arrays
    this.figure.message.link = message.link
    if (this.follow || this.cursor > this.last) this.cursor = this.last
    this.measure(message.step)
    if (this.goal > message.step && !message.done) this.wish = { to: this.goal, ...this.wish }
    else this.goal = 0
    this.show()
    this.say()
    if (message.refused) this.object(message.refused)
  }

  /** Say why something stays as it is, until there is more to say. */
  object(sentence) {
    this.notice.textContent = sentence
    this.said = null
  }

  join(name, fresh, kept) {
    const old = this.table.arrays[name]
    if (name.startsWith("at ") || name === "images") return
    const shape = old.shape
    const size = shape.slice(1).reduce((product, n) => product * n, 1)
    const values = new old.values.constructor((kept.length + 1) * size)
    kept.forEach(([isNew, row], i) => {
      const { source, at } = isNew ? place(fresh, row) : place(old, row + 1)
      values.set(source.subarray(at * size, (at + 1) * size), (i + 1) * size)
    })
    this.table.arrays[name] = { values, shape: [kept.length + 1, ...shape.slice(1)] }
  }

  /** Steps that the server trains in a second, for the time that is left. */
  measure(step) {
    const now = performance.now()
    const passed = now - (this.measured?.at ?? now)
    if (passed > 0 && step > this.measured.step) {
      const pace = (1000 * (step - this.measured.step)) / passed
      this.pace = this.pace ? 0.8 * this.pace + 0.2 * pace : pace
    }
    this.measured = { step, at: now }
  }

  // -- the film

  /** Steps that are asked for in advance, an epoch at least. */
  get lead() {
    return this.speed ? Math.max(1, this.speed * AHEAD) * this.stream.perEpoch : this.stream.total
  }

  tick(now) {
    if (!this.playing || this.gone) return
    // a frame may bear an earlier time than the click before it; after a pause it does not leap
    const seconds = Math.min(Math.max((now - this.shownAt) / 1000, 0), 0.25)
    this.shownAt = now
    this.frames += 0.1 * (1000 * seconds - this.frames)
    // as fast as it goes: so that the newest state is reached when the next is due
    const rate = this.speed * this.stream.perEpoch || Math.max((this.last - this.cursor) / 0.2, this.pace, this.stream.perEpoch)
    if (this.figure.grabbed === null) this.cursor = Math.min(this.cursor + rate * seconds, this.last)
    const wanted = Math.min(Math.ceil(this.cursor + this.lead), this.stream.total)
    if (!this.about.done && wanted > this.last && !this.answered) this.ask({ to: wanted })
    this.show()
    if (this.about.done && this.cursor >= this.last) return this.pause()
    this.ticking = requestAnimationFrame((then) => this.tick(then))
  }

  /** Show the state at the cursor; on the way to the next, what can glide does. */
  show() {
    const { figure, steps } = this
    const at = this.at
    const next = steps[at + 1]
    this.part = next === undefined ? 0 : (this.cursor - steps[at]) / (next - steps[at])
    this.furthest = Math.max(this.furthest, this.cursor)
    if (!this.playing || this.stepShown !== steps[at]) this.tell(steps[at], at + 1)
    this.glide(at + 1)
    this.clockwork()
  }

  /** Another state: its numbers at once; its charts too, but seldom while it plays. */
  tell(step, row) {
    const { figure } = this
    this.stepShown = step
    figure.state = { ...figure.state, step }
    figure.moveControls()
    const now = performance.now()
    if (this.playing && now - this.plottedAt < PLOT_EVERY) return figure.plotted && figure.write(row)
    this.plottedAt = now
    figure.request()
  }

  /** The values of all states: of a curve, what is not shown yet is covered (see reveal). */
  column(name) {
    if (name.startsWith("failed_")) return this.mark(name, this.ends)
    if (name.startsWith("changed_")) return this.mark(name, this.about.rates.map(([step]) => step))
    return this.table.arrays[name].values.subarray(1)
  }

  /** The steps at which a run came to its end by inf or nan. */
  get ends() {
    return this.about.failures.filter((failure) => failure && failure.step <= this.furthest).map(({ step }) => step)
  }

  /** Lines across the losses at some steps; where there are none, a line off the picture. */
  mark(name, steps) {
    const epochs = steps.map((step) => step / this.stream.perEpoch)
    if (name.endsWith("_x")) return epochs.length ? epochs.flatMap((epoch) => [epoch, epoch, null]) : [-1, -1]
    return epochs.length ? epochs.flatMap(() => [0, 1e9, null]) : [0, 0]
  }

  // -- what Plotly does not draw

  /** A canvas below the panel of a map: as wide and as high as its axes. */
  surface(map) {
    const canvas = this.element("canvas", { class: "xent-surface", "aria-hidden": "true" })
    this.figure.picture.before(canvas)
    const small = document.createElement("canvas")
    small.width = small.height = map.pixels
    return { ...map, canvas, context: canvas.getContext("2d"), small, brush: small.getContext("2d"),
      image: new ImageData(map.pixels, map.pixels) }
  }

  /** Pointing at a map tells its probabilities, pressing a sample chooses it. */
  listen() {
    if (this.listens) return
    this.listens = true
    const { picture } = this.figure
    picture.addEventListener("pointermove", (event) => {
      this.hint.hidden = true
      this.surfaces.forEach((map) => this.point(map, event))
    })
    picture.addEventListener("pointerleave", () => { this.hint.hidden = true })
    picture.addEventListener("click", (event) => this.surfaces.forEach((map) => this.press(map, event)))
  }

  /** The probabilities where the pointer is on a map. */
  point(map, event) {
    if (!this.figure.within(map, event)) return
    const row = this.table.row(this.figure.state)
    const box = map.canvas.getBoundingClientRect()
    const across = Math.round(((event.clientX - box.x) / box.width) * (map.grid - 1))
    const up = Math.round((1 - (event.clientY - box.y) / box.height) * (map.grid - 1))
    const count = map.colours.length
    const at = (up * map.grid + across) * count
    const p = Array.from(this.figure.value(map.array, row).subarray(at, at + count))
    const stage = this.figure.picture.getBoundingClientRect()
    this.hint.hidden = false
    this.hint.style.left = `${event.clientX - stage.x}px`
    this.hint.style.top = `${event.clientY - stage.y}px`
    this.hint.textContent = `p = (${p.map((x) => this.digits(x / 255, 2)).join(", ")})`
  }

  press(map, event) {
    if (!this.figure.within(map, event)) return
    const box = map.canvas.getBoundingClientRect()
    const [x, y] = [event.clientX - box.x, event.clientY - box.y]
    const far = (i) => Math.hypot(this.across(map, i) - x, this.up(map, i) - y)
    const nearest = map.x.reduce((best, _, i) => (far(i) < far(best) ? i : best), 0)
    if (far(nearest) < 14) this.choose(nearest)
  }

  /** Where a sample is on the canvas of a map. */
  across({ axis, x }, i) {
    return this.figure.picture._fullLayout[`xaxis${axis}`].l2p(x[i])
  }

  up({ axis, y }, i) {
    return this.figure.picture._fullLayout[`yaxis${axis}`].l2p(y[i])
  }

  drawn(row) {
    this.glide(row)
    for (const canvas of this.glyphs ?? []) this.engrave(canvas, this.glyphSample(canvas))
    if (this.table.arrays.images) this.engrave(this.samplePicture, this.about.sample)
    this.nameMistakes(row)
    this.raise()
  }

  /** What moves at the screen's rate: the line at the present, the curves up to it, the maps. */
  glide(row) {
    if (!this.figure.plotted) return
    const { xaxis, yaxis, yaxis2 } = this.figure.picture._fullLayout
    const x = xaxis._offset + xaxis.l2p(this.cursor / this.stream.perEpoch)
    const loss = this.between("train_loss", row)
    const y = yaxis._offset + (Number.isFinite(loss) ? yaxis.l2p(loss) : yaxis._length)
    this.line.style.transform = `translate(${x}px, ${yaxis._offset}px)`
    this.line.style.height = `${yaxis2._offset + yaxis2._length - yaxis._offset}px`
    for (const { node } of this.figure.handles) {
      node.told = { ...node.told, transform: "" } // it is the figure's to place where nothing plays
      node.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`
    }
    this.reveal(xaxis)
    this.skipped = this.playing && this.frames > LATE && !this.skipped // every other frame will do
    if (!this.skipped) for (const surface of this.surfaces) this.paint(surface, row)
  }

  /** Curves are drawn with all that is known; they are shown as far as the film has come. */
  reveal(xaxis) {
    const { picture, message } = this.figure
    const id = `${message.key}-curtain`
    if (!this.curtain?.isConnected) this.hang(id)
    this.curtain.setAttribute("width", Math.max(xaxis.l2p(this.furthest / this.stream.perEpoch) + 1, 0))
    for (const layer of picture.querySelectorAll(":is(.subplot.xy, .subplot.xy2) .scatterlayer"))
      if (!layer.style.clipPath) layer.style.clipPath = `url(#${id})` // Plotly clears the attribute of that name
  }

  hang(id) {
    const svg = (tag, attributes) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", tag)
      for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
      return node
    }
    this.curtain = svg("rect", { x: -1, y: -50, height: 3000 })
    const clip = svg("clipPath", { id, clipPathUnits: "userSpaceOnUse" })
    clip.append(this.curtain)
    this.figure.picture.querySelector("defs").append(clip)
  }

  /** A map with the samples on it, at the state of a row or a part of the way to the next. */
  paint(map, row) {
    const { canvas, context } = map
    const { [`xaxis${map.axis}`]: xaxis, [`yaxis${map.axis}`]: yaxis } = this.figure.picture._fullLayout
    const [width, height, fine] = [xaxis._length, yaxis._length, window.devicePixelRatio || 1]
    if (canvas.width !== Math.round(width * fine)) canvas.width = Math.round(width * fine)
    if (canvas.height !== Math.round(height * fine)) canvas.height = Math.round(height * fine)
    Object.assign(canvas.style, { left: `${xaxis._offset}px`, top: `${yaxis._offset}px`,
      width: `${width}px`, height: `${height}px` })
    this.mix(map, this.between(map.array, row))
    context.setTransform(fine, 0, 0, fine, 0, 0)
    context.drawImage(map.small, 0, 0, width, height)
    this.dots(map, row)
  }

  /** An array at a row and, while it plays, a part of the way to the next: only for the eye. */
  between(array, row) {
    const here = this.figure.value(array, row)
    if (!this.part || row >= this.steps.length) return here
    const next = this.figure.value(array, row + 1)
    if (typeof here === "number") return here + this.part * (next - here)
    return Float32Array.from(here, (x, i) => x + this.part * (next[i] - x))
  }

  /** Each pixel mixes the classes' colours by their probabilities; a line where the largest changes. */
  mix({ small, brush, image, grid, pixels, colours }, p) {
    const count = colours.length
    const winners = new Uint8Array(pixels * pixels)
    const dark = this.figure.root.dataset.theme === "dark"
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
        const colour = [0, 0, 0]
        let most = -1
        for (let k = 0; k < count; k++) {
          const share = ((p[corner + k] * (1 - fx) + p[corner + count + k] * fx) * (1 - fy)
            + (p[above + k] * (1 - fx) + p[above + count + k] * fx) * fy) / 255
          if (share > most) { most = share; winners[at] = k }
          for (let c = 0; c < 3; c++) colour[c] += share * colours[k][c]
        }
        const edge = (u && winners[at] !== winners[at - 1]) || (v && winners[at] !== winners[at - pixels])
        for (let c = 0; c < 3; c++) image.data[4 * at + c] = edge ? line : 0.42 * colour[c] + 0.58 * ground
        image.data[4 * at + 3] = 255
      }
    }
    brush.putImageData(image, 0, 0)
  }

  /** Each sample: its class by colour and sign, its loss by size; crossed if wrong, hollow if of the test. */
  dots(map, row) {
    const sizes = this.between(map.sizes, row)
    const wrong = this.figure.value(map.wrong, row)
    const dark = this.figure.root.dataset.theme === "dark"
    const { truths, train } = this.stream
    for (let i = 0; i < sizes.length; i++) {
      const stamp = this.stamp(map, truths[i], Math.round(2 * sizes[i]) / 4, i < train, wrong[i], dark)
      const half = stamp.half
      map.context.drawImage(stamp, this.across(map, i) - half, this.up(map, i) - half, 2 * half, 2 * half)
    }
    const chosen = this.about.sample
    map.context.lineWidth = 2.5
    map.context.strokeStyle = dark ? "#fff" : "#111"
    outline(map.context, SIGNS[0], this.across(map, chosen), this.up(map, chosen), 13)
    map.context.stroke()
  }

  /** The picture of a dot, drawn once: hundreds of them are put down in every frame. */
  stamp(map, k, r, trained, wrong, dark) {
    const fine = window.devicePixelRatio || 1
    const key = [k, r, trained, wrong, dark, fine].join()
    this.stamps ??= new Map()
    if (!this.stamps.has(key)) this.stamps.set(key, stamped(map.colours[k], k, r, trained, wrong, dark, fine))
    return this.stamps.get(key)
  }

  /** Below each of the worst mistakes: the true class, what it was taken for, and its loss. */
  nameMistakes(row) {
    for (const node of this.mistakes) {
      const [sample, taken, loss] = ["worst", "worst_taken", "worst_loss"]
        .map((name) => this.figure.value(name, row)[+node.dataset.worst])
      const text = sample < 0 ? "" : `${this.stream.truths[sample]} → ${taken} · ${this.digits(loss, 2)}`
      if (node.textContent !== text) node.textContent = text
    }
  }

  glyphSample(canvas) {
    const [array, index] = canvas.dataset.glyph.split(".")
    return this.figure.value(array, this.table.row(this.figure.state))[+index]
  }

  /** One of the pictures of the data, dark on light in both themes, as ink. */
  engrave(canvas, sample) {
    if (canvas.sample === sample) return
    canvas.sample = sample
    canvas.classList.toggle("xent-blank", sample < 0)
    const { values } = this.table.arrays.images
    const context = canvas.getContext("2d")
    const image = context.createImageData(8, 8)
    for (let i = 0; i < 64; i++) {
      const ink = sample < 0 ? 0 : values[sample * 64 + i]
      image.data.set([255 - ink, 255 - ink, 255 - ink, sample < 0 ? 0 : 255], 4 * i)
    }
    context.putImageData(image, 0, 0)
  }

  /** What grows beyond its axis: then the axis follows, visibly, by a power of two. */
  raise() {
    if (this.raisedFor === this.table.positions.step) return
    this.raisedFor = this.table.positions.step
    const ranges = {}
    for (const { axis, arrays, top, both } of this.stream.rises) {
      const most = Math.max(top, ...arrays.map((name) => this.most(name)))
      const to = most <= top ? top : 2 ** Math.ceil(Math.log2(most * 1.04))
      if (this.tops[axis] !== to) ranges[`${axis}.range`] = [both ? -to : 0, to]
      this.tops[axis] = to
    }
    if (Object.keys(ranges).length) this.figure.Plotly.relayout(this.figure.picture, ranges)
    this.figure.places = {}
  }

  /** The largest finite size in an array, of all states. */
  most(name) {
    const { values, shape } = this.table.arrays[name]
    let most = 0
    for (let i = values.length / shape[0]; i < values.length; i++) {
      const size = Math.abs(values[i])
      if (size > most && size !== Infinity) most = size
    }
    return most
  }

  /** Plotly has the layout anew, with the axes as they were at first. */
  replotted() {
    this.listen()
    this.tops = {}
    this.raisedFor = null
  }

  // -- in words

  clockwork() {
    const { words, stream } = this
    const epoch = this.cursor / stream.perEpoch
    this.meter.value = this.cursor
    const steps = stream.total - this.cursor
    const rate = this.speed ? Math.min(this.speed * stream.perEpoch, this.pace || Infinity) : this.pace
    const seconds = rate ? Math.ceil(steps / rate) : 0
    const left = this.playing && steps && seconds ? ` · ${this.fill(words.time_left, { seconds })}` : ""
    const whole = Math.floor(epoch * (stream.perEpoch > 1 ? 10 : 1) + 1e-9)
    const shown = stream.perEpoch > 1 ? whole / 10 : whole
    const end = !steps && this.about.done ? ` · ${words.finished}` : left
    const text = this.fill(words.epoch_of, { epoch: shown, epochs: stream.epochs }) + end
    if (this.clock.textContent !== text) this.clock.textContent = text
  }

  /** What the run came to, or why nothing moves. */
  say() {
    const { about, words, playButton } = this
    playButton.textContent = this.playing ? words.pause : words.play
    this.figure.root.dataset.playing = String(this.playing)
    this.figure.root.style.setProperty("--xent-glide", `${PLOT_EVERY}ms`)
    this.figure.root.dataset.step = about.step
    this.figure.root.dataset.run = this.stream.url
    if (this.rateShown !== about.rate) {
      this.rateShown = about.rate
      this.rateField.value = String(+about.rate.toPrecision(6))
    }
    this.sampleField.value = about.sample
    this.sampleWord.textContent = this.stream.samples[about.sample] ?? ""
    const failures = about.failures.filter((failure) => failure && failure.step <= this.furthest)
    const said = JSON.stringify(failures)
    if (this.said === said) return
    this.said = said
    this.notice.replaceChildren(...failures.map((failure) => this.obituary(failure)))
    this.notice.classList.toggle("xent-failed", failures.length > 0)
  }

  obituary({ says, accuracy, overflow }) {
    const link = this.element("a", { href: `/overflow?${overflow}` }, this.words.open_overflow)
    link.onclick = (event) => {
      event.preventDefault()
      history.pushState({}, "", link.href)
      this.rerunPage()
    }
    const bold = says.split("**").map((part, i) => (i % 2 ? this.element("strong", {}, part) : part))
    return this.element("p", {}, ...bold, " ", accuracy, " ", overflow ? link : "")
  }

  /** The address says which run this is and how far it came. */
  tidy() {
    if (!this.gone) this.tidyAddress(this.about.link)
  }
}

// The signs of the classes, as corners of a polygon; a circle has none. And a cross.
const polygon = (corners, turn = -90) => Array.from({ length: corners }, (_, i) => {
  const angle = ((turn + (360 * i) / corners) * Math.PI) / 180
  return [Math.cos(angle), Math.sin(angle)]
})
const SIGNS = [[], polygon(4, 45), polygon(4), polygon(3), polygon(5), polygon(6)]
const CROSS = "cross"

/** Begin the path of a sign around a point. */
function outline(context, sign, x, y, r) {
  context.beginPath()
  if (sign === CROSS) {
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

/** A dot on a canvas of its own, `half` pixels from its middle to its sides. */
function stamped(rgb, k, r, trained, wrong, dark, fine) {
  const stamp = document.createElement("canvas")
  stamp.half = Math.ceil(Math.max(1.15 * r + 2, 7))
  stamp.width = stamp.height = 2 * stamp.half * fine
  const context = stamp.getContext("2d")
  context.setTransform(fine, 0, 0, fine, stamp.half * fine, stamp.half * fine)
  const colour = `rgb(${rgb})`
  outline(context, SIGNS[k], 0, 0, r)
  context.lineWidth = trained ? 1.2 : 2.2
  context.fillStyle = trained ? colour : dark ? "#14181f" : "#fff"
  context.strokeStyle = trained ? "#222" : colour
  context.fill()
  context.stroke()
  if (!wrong) return stamp
  context.lineWidth = 2
  context.strokeStyle = trained || !dark ? "#111" : "#fff"
  outline(context, CROSS, 0, 0, 4)
  context.stroke()
  return stamp
}

/** Where a row of an array lies, also where equal rows are sent once. */
const place = ({ values, which }, row) => ({ source: values, at: which ? which[row] : row })
