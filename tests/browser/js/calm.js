async () => {
    const calm = () => !document.querySelector('[data-test-script-state="running"]')
        && [...document.querySelectorAll('.xent')].every((x) => x.dataset.ready === 'true' && !x.dataset.inflight)
    const end = performance.now() + 20000
    for (let quiet = 0; quiet < 9; quiet = calm() ? quiet + 1 : 0) {
        if (performance.now() > end) return false
        await new Promise((done) => requestAnimationFrame(done))
    }
    return true
}
