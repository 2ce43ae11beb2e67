"""`python -m benchmarks.pictures`: the pictures at the head of the READMEs, taken from the app."""

import asyncio

from benchmarks.browser import ROOT, VIEWPORT, chromium, free_port, serve, streamlit

PICTURES = {"docs/home.png": "en", "docs/home.zh.png": "zh"}
STATE = "z=0.5,2,3,-1.5&k=2"


async def _take() -> None:
    port = free_port()
    async with chromium() as browser:
        with serve(streamlit("app.py", port), port) as server:
            for name, language in PICTURES.items():
                page = await browser.new_page(viewport=VIEWPORT)
                await page.goto(f"{server.url}/?lang={language}&{STATE}")
                await page.wait_for_selector('.xent[data-ready="true"]', timeout=60_000)
                await asyncio.sleep(1)
                await page.screenshot(path=ROOT / name)


if __name__ == "__main__":
    asyncio.run(_take())
