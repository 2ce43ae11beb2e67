// Plotly looks through all that a trace may have for arrays, with each picture anew: up to two fifths
// of its own time. Which fields of a trace are arrays is settled when its figure is drawn anew.

/** @type {Map<string, string[]>} the fields of each trace that are arrays, by Plotly's own name of it */
const known = new Map()

/** Have Plotly remember what it has found. @param {any} Plotly */
export function rememberArrays({ PlotSchema }) {
  const find = PlotSchema.findArrayAttributes
  /** @param {{ uid: string }} trace */
  PlotSchema.findArrayAttributes = (trace) => {
    const found = known.get(trace.uid) ?? find(trace)
    known.set(trace.uid, found)
    return found
  }
}

/** A figure is drawn anew. */
export const forgetArrays = () => known.clear()
