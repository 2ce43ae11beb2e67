() => {
    // what is wrong with a slide: letters that are too small, what is cut off, texts on each other
    const least = parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--xent-least'))
    const main = document.querySelector('.stMainBlockContainer')
    const wrong = main.scrollHeight > main.clientHeight + 1 ? [`${main.scrollHeight} px in ${main.clientHeight}`] : []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const texts = []
    while (walker.nextNode()) {
        const { data, parentElement: up } = walker.currentNode
        if (!data.trim() || !up.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
        if (!up.closest('.stMain, .xent-present-bar')) continue
        if (up.closest('script, style, .katex-mathml, .xent-heard, [aria-hidden="true"], .main-svg defs')) continue
        const range = document.createRange()
        range.selectNodeContents(walker.currentNode)
        const [said, size] = [data.trim().slice(0, 24), parseFloat(getComputedStyle(up).fontSize)]
        for (const box of range.getClientRects()) if (box.width && box.height) texts.push({ said, box, up, size })
    }
    for (const { said, box, size } of texts) {
        if (size < least - 0.05) wrong.push(`small: ${said} ${size}`)
        if (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1) wrong.push(`cut: ${said}`)
    }
    const block = (node) => node.closest('math, p') // whose lines are the browser's own affair
    texts.forEach((one, i) => texts.slice(i + 1).forEach((other) => {
        if (one.up === other.up || (block(one.up) && block(one.up) === block(other.up))) return
        const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
        const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top)
        // the letters themselves fill about half of the height of their line
        if (wide > 2 && high > 0.47 * Math.min(one.box.height, other.box.height)) wrong.push(`on each other: ${one.said}, ${other.said}`)
    }))
    return { least, texts: texts.length, wrong }
}
