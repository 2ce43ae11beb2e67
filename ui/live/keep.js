// One's own words stay in this tab: a session that is new gets them back from here.

export function mount({ data, setStateValue }) {
  const { name, text, limit } = data
  if (text !== null && text.length <= limit) sessionStorage.setItem(name, text)
  const kept = sessionStorage.getItem(name)
  if (text === null && kept !== null) setStateValue("kept", kept)
}
