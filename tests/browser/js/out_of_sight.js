() => {
    document.querySelector('.stMain').scrollTo(0, 0)
    const root = document.querySelector('.xent')
    const bottom = document.querySelector('.stAppHeader').getBoundingClientRect().bottom
    const parts = {
        // of a run the formula is that of the sample below the curves
        ...(root.querySelector('.xent-player') ? {} : { formula: '.xent-formula:not(:empty)' }),
        number: '.xent-readout', picture: '.xent-picture', slider: '.xent-range', choice: '.xent-options',
        cell: '.xent-cells input',
        preset: '.xent-presets button:first-child',
    }
    return Object.entries(parts).flatMap(([part, selector]) => [...root.querySelectorAll(selector)]
        .map((node) => node.getBoundingClientRect())
        .filter((box) => box.top < bottom - 1 || box.bottom > innerHeight)
        .map((box) => `${part} from ${Math.round(box.top)} to ${Math.round(box.bottom)}`))
}
