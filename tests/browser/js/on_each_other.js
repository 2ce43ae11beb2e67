() => {
    // texts of a figure that lie on each other, letters on letters
    const lettersOf = (stage) => {
        const walker = document.createTreeWalker(stage, NodeFilter.SHOW_TEXT), found = []
        while (walker.nextNode()) {
            const { data, parentElement: up } = walker.currentNode
            if (!data.trim() || !up.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
            if (up.closest('.xent-heard, defs')) continue
            const range = document.createRange()
            range.selectNodeContents(walker.currentNode)
            for (const box of range.getClientRects())
                if (box.width && box.height) found.push({ said: data.trim().slice(0, 24), box, text: up.closest('text') ?? up })
        }
        return found
    }
    const onEachOther = (one, other) => {
        const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left)
        const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top)
        return wide > 2 && high > 0.47 * Math.min(one.height, other.height) // as much of a line is letters
    }
    return [...document.querySelectorAll('.xent-stage')].flatMap((stage) => {
        const letters = lettersOf(stage)
        return letters.flatMap((one, i) => letters.slice(i + 1)
            .filter((other) => one.text !== other.text && onEachOther(one.box, other.box))
            .map((other) => `${stage.closest('.xent').dataset.key}: ${one.said}, ${other.said}`))
    })
}
