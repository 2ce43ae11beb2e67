() => {
    const all = (selector) => [...document.querySelectorAll(selector)]
    const app = document.querySelector('[data-test-script-state]')
    return app?.dataset.testScriptState === 'notRunning'
        && !document.querySelector('[data-testid="stSkeleton"]')
        && all('[data-testid^="stBidiComponent"]').every((x) => x.matches('[data-mounted], :has([data-mounted])'))
        && all('.xent').every((x) => x.dataset.ready === 'true' && !x.dataset.inflight && !x.dataset.moving)
}
