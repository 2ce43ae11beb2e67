() => {
    const kinds = {
        preset: '.xent-presets button', option: '.xent-options label', slider: '.xent-range',
        field: '.xent-field', handle: '.xent-handle:not([hidden])', entry: '.xent-formula [data-sets]',
        player: '.xent-player button:not(.xent-play)',
        answer: '.stMain .stRadio label[data-testid="stRadioOption"], .stMain .stRadio label:has(input)',
        button: '.stMain .stButton button:not([disabled])',
        pill: '.stMain [data-testid="stButtonGroup"] button',
        select: '.stMain [data-testid="stSelectbox"] input', text: '.stMain [data-testid="stTextInput"] input',
    }
    const found = {}
    for (const [kind, selector] of Object.entries(kinds)) {
        const nodes = [...document.querySelectorAll(selector)].filter((node) =>
            node.offsetParent !== null && !node.closest('[inert], [class*="st-key-unlinked"], [data-pick], .xent-sample') && getComputedStyle(node).visibility !== 'hidden')
        nodes.forEach((node, i) => { node.dataset.walk = `${kind} ${i}` })
        if (nodes.length) found[kind] = nodes.map((node) => (node.getAttribute('aria-label') || node.textContent || node.id).trim().slice(0, 60))
    }
    return found
}
