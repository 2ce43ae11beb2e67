([least, unread]) => {
    // the letters of an index or a power are measured at what they stand at
    const base = (node) => node.closest('math, .katex') ?? node.closest('text') ?? node.closest('sub, sup')?.parentElement ?? node
    const letters = document.createTreeWalker(document.querySelector('.stApp'), NodeFilter.SHOW_TEXT)
    const found = new Set()
    while (letters.nextNode()) {
        const text = letters.currentNode, node = text.parentElement
        const range = document.createRange()
        range.selectNodeContents(text)
        const box = range.getBoundingClientRect()
        if (!text.data.trim() || box.width < 2 || box.height < 2 || node.closest(unread + ', script, style, .katex-mathml, [inert]')) continue
        if (getComputedStyle(node).visibility === 'hidden') continue
        const size = parseFloat(getComputedStyle(base(node)).fontSize)
        if (size < least - 0.01) found.add(`${size} px: ${text.data.trim().slice(0, 40)} (${node.closest('[class]')?.getAttribute('class')})`)
    }
    return [...found]
}
