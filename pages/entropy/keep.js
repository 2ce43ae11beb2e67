// One's own words stay in this tab: a session that is new gets them back from here.

import { running } from "../../ui/figure/js/server.js"

/** What comes while the page runs would end it half-way: Streamlit runs the change instead. */
async function whenThePageIsThere() {
  do await new Promise((resolve) => setTimeout(resolve, 100))
  while (running())
}

/**
 * @param {{ data: { name: string, text: string | null, limit: number },
 *   setStateValue: (name: string, value: string) => void }} component
 */
export async function mount({ data, setStateValue }) {
  const { name, text, limit } = data
  if (text !== null && text.length <= limit) sessionStorage.setItem(name, text)
  const kept = sessionStorage.getItem(name)
  if (text !== null || kept === null) return
  await whenThePageIsThere()
  setStateValue("kept", kept)
}
