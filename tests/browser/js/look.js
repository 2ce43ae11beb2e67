async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    const round = (x) => Math.round(10 * x) / 10
    const numbers = (text) => (text || '').replace(/-?\d+\.?\d*(e-?\d+)?/g, (x) => round(+x))
    const pattern = (id) => {
        const node = document.getElementById(id)
        return node ? node.tagName + ' ' + [...node.children].map((child) =>
            child.outerHTML.replace(/(id|class)="[^"]*"/g, '')).join('') : 'MISSING'
    }
    const paint = (value) => value.replace(/url\("#([^"]+)"\)/, (_, id) => pattern(id))
    const seen = (node) => {
        for (let up = node; up && up.tagName !== 'svg'; up = up.parentElement) {
            const style = getComputedStyle(up)
            if (style.display === 'none' || style.visibility === 'hidden') return false
        }
        return true
    }
    const shape = (node, box) => {
        const style = getComputedStyle(node)
        const place = node.getBoundingClientRect()
        const text = node.tagName === 'text' ? node.textContent.trim() : ''
        if (node.tagName === 'text' && !text) return null
        const lines = style.stroke === 'none' || +style.strokeOpacity === 0 ? 'none'
            : [paint(style.stroke), style.strokeWidth, style.strokeDasharray, style.strokeOpacity].join(' ')
        const filled = style.fill === 'none' || +style.fillOpacity === 0 ? 'none'
            : paint(style.fill) + ' ' + style.fillOpacity
        return {
            loose: Boolean(node.closest('[class*="tick"], [class*="grid"]')),
            what: [node.tagName, node.getAttribute('class') || '', text].join(' ').trim(),
            paint: `${filled} | ${lines} | ${round(+style.opacity)}`
                + (text ? ` | ${style.fontSize} ${style.fontWeight}` : ''),
            place: [place.x - box.x, place.y - box.y, place.width, place.height].map(round),
            way: numbers(node.getAttribute('d')),
        }
    }
    const strength = (node) => {
        let product = 1
        for (let up = node; up; up = up.parentElement) product *= +getComputedStyle(up).opacity
        return Math.round(100 * product) / 100
    }
    const figure = async (root) => {
        root.scrollIntoView({ block: 'center' })
        await frame(); await frame(); await frame()
        const picture = root.querySelector('.xent-picture')
        const box = picture.getBoundingClientRect()
        const drawn = [...picture.querySelectorAll('.main-svg :is(path, rect, circle, line, text, image)')]
            .filter((node) => !node.closest('defs, .hoverlayer, .draglayer, clipPath') && seen(node))
            .map((node) => shape(node, box)).filter(Boolean)
            .filter(({ way, place, what }) => !(what.startsWith('path') && (!way || /^M0,0Z?$/.test(way)
                || (place[2] === 0 && place[3] === 0))))
        const axes = Object.entries(picture._fullLayout)
            .filter(([key, axis]) => /^[xy]axis/.test(key) && axis.type === 'category' && axis.showticklabels !== false)
            .map(([key, axis]) => {
                const [, letter, number] = key.match(/^([xy])axis(\d*)$/)
                const told = [...picture.querySelectorAll(`.${letter}${number}tick text`)].map((node) => node.textContent)
                return { axis: key, told, want: (axis.ticktext ?? axis._categories).map(String) }
            })
        const own = (node) => [...node.childNodes].filter((child) => child.nodeType === 3)
            .map((child) => child.data.trim()).join(' ')
        const rest = [...root.querySelectorAll('*')]
            .filter((node) => !node.closest('svg') && !node.closest('.xent-status, canvas, [data-unlinked]'))
            .map((node) => [node.tagName, node.className, own(node),
                node.value ?? '', node.checked ?? '', node.disabled ?? '', node.hidden,
                node.getAttribute('aria-label') ?? '', node.getAttribute('aria-valuetext') ?? '',
                node.getAttribute('aria-invalid') ?? '', node.max ?? '', node.dataset.is ?? '', node.title,
                node.classList.contains('xent-handle') ? numbers(node.style.transform) : '',
                node.style.getPropertyValue('--part')].join('¦'))
        return { drawn: sorted(drawn), rest, axes, strength: strength(picture) }
    }
    // ticks and lines of a grid come in any order, and none lies over another
    const sorted = (drawn) => drawn.map((one, i) => [one.loose ? -1 : i, one])
        .sort(([i, a], [j, b]) => i - j || (i < 0 ? (a.what + a.place).localeCompare(b.what + b.place) : 0))
        .map(([, one]) => one)
    const figures = {}
    const all = [...document.querySelectorAll('.xent')]
    for (const [i, root] of all.entries()) {
        const name = root.querySelector('.xent-controls [id], .xent-cells [id]')?.id ?? ''
        figures[`${i} ${name}`] = await figure(root)
    }
    const words = [...document.querySelectorAll('.stMain :is(.stMarkdown, .stHtml, .stAlert, .stCode, '
        + '.stCaption, .stButton, .stHeading)')]
        .filter((node) => !node.closest('.xent, [class*="st-key-xent-own"]')
            && !node.querySelector('.xent-heard, style'))
        .map((node) => node.textContent.trim() + (strength(node) === 1 ? '' : ` at ${strength(node)}`) + (node.querySelector('button:disabled') ? ' (off)' : ''))
    // Streamlit counts the letters in a field while it has the focus
    const said = (node) => {
        const copy = node.cloneNode(true)
        copy.querySelectorAll('[data-testid="InputInstructions"]').forEach((one) => one.remove())
        return copy.textContent.trim()
    }
    const widgets = [...document.querySelectorAll('.stMain :is(.stRadio, .stButtonGroup, .stSelectbox, '
        + '.stTextInput, .stTextArea, .stSlider, .stCheckbox)')]
        .map((node) => [node.className.split(' ')[0], said(node),
            [...node.querySelectorAll('input, textarea')].map((x) => x.type === 'radio' || x.type === 'checkbox' ? x.checked : x.value),
            [...node.querySelectorAll('button')].map((x) => x.getAttribute('aria-checked') ?? x.getAttribute('kind'))
        ].join('¦'))
    return { figures, words, widgets, title: document.title, language: document.documentElement.lang }
}
