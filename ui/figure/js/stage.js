// What a figure lets its player do, and nothing else of it.

/** @import { LiveFigure } from "./figure.js" */
/** @import { Stage } from "./types.js" */

/** @param {LiveFigure} figure @returns {Stage} */
export function stageOf(figure) {
  const { controls, hand, handles, picture, protocol, shown } = figure
  return {
    root: figure.root,
    picture: picture.node,
    message: () => shown.message,
    plotted: () => picture.plotted,
    held: () => hand.grabbed !== null,
    row: () => shown.row,
    arrays: () => shown.table.arrays,
    value: (name, row) => shown.value(name, row),
    fill: (name, positions, arrays) => {
      shown.table.fill(name, positions, arrays)
      handles.forget()
    },
    stand: (name, value) => {
      protocol.stand(name, value)
      controls.update()
    },
    request: () => picture.request(),
    write: (row) => figure.write(row),
    placeHandles: (x, y, lost) => handles.placeAt(x, y, lost),
    axes: (axis) => handles.axes(axis),
    within: (axis, event) => handles.within(axis, event),
    relayout: (ranges) => {
      picture.Plotly.relayout(picture.node, ranges)
      handles.forget()
    },
    linkTo: (query) => { shown.message.link = query },
  }
}
