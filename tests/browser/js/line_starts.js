(marks) => {
    // what of a text begins a line though it may not, whatever the room that the text has
    const page = document.querySelector('.stMainBlockContainer')
    const inner = page.clientWidth, found = new Set()
    const hidden = '.xent, .stCode, .katex-mathml, .xent-meaning, .xent-heard, script, style'
    const letters = document.createTreeWalker(page, NodeFilter.SHOW_TEXT)
    const suspects = []
    while (letters.nextNode()) {
        const text = letters.currentNode
        const block = text.parentElement.closest('p, li, td, h1, h2, h3, h4')
        if (!block || text.parentElement.closest(hidden)) continue
        for (let at = 0; at < text.data.length; at++) {
            if (marks.includes(text.data[at])) suspects.push([text, at, block])
        }
    }
    const range = document.createRange()
    for (let width = inner; width > inner - 70; width -= 3) {
        page.style.width = `${width}px`
        for (const [text, at, block] of suspects) {
            range.setStart(text, at)
            range.setEnd(text, at + 1)
            const box = range.getBoundingClientRect()
            const style = getComputedStyle(block), room = block.getBoundingClientRect()
            const left = room.left + parseFloat(style.paddingLeft) + parseFloat(style.borderLeftWidth)
            if (!box.width || box.left > left + 2 || box.top < room.top + 0.75 * box.height) continue
            found.add(`${text.data.slice(at, at + 20)} in: ${block.innerText.slice(0, 40)}`)
        }
    }
    page.style.width = ''
    return [[...found], suspects.length]
}
