async () => {
    const atRest = REST, end = performance.now() + 20000
    for (let quiet = 0; quiet < 9; quiet = atRest() ? quiet + 1 : 0) {
        if (performance.now() > end) return false
        await new Promise((done) => requestAnimationFrame(done))
    }
    return true
}
