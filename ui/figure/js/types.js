// What the modules hand each other, for TypeScript's checker; nothing here runs.

/** @typedef {Float64Array | Float32Array | Int32Array | Uint8Array} Numbers */

/**
 * An array of the message: one row for each state; `which` says where equal rows are sent once.
 * @typedef {{ values: Numbers, shape: number[], which?: Numbers }} Rows
 */

/**
 * A state: the controls' values, and what else goes back with every change.
 * @typedef {Record<string, any>} Values
 */

/**
 * @typedef {object} Control
 * @property {"slider" | "choice" | "cell" | "place"} kind
 * @property {string} name
 * @property {string} label
 * @property {string} [unit]
 * @property {string} [colour]
 * @property {boolean} [whole]
 * @property {string[]} [options]
 * @property {string} [row]
 * @property {string} [column]
 * @property {[number, number] | null} bounds what may be typed
 */

/**
 * @typedef {object} HandleSpec
 * @property {string} control
 * @property {number | string} x
 * @property {number | string} y
 * @property {string} colour
 * @property {"bar" | "point"} shape
 * @property {string} axis
 * @property {string} says
 * @property {boolean} leaps
 */

/** @typedef {{ label: string, values: Values, row: number, way: number[] }} Preset a way is rows */
/** @typedef {{ trace: number, field: string, array: string }} Bind */
/** @typedef {{ label: string, slot: string, unit: string, colour: string }} Readout */
/** @typedef {{ name: string, label: string, options: string[], trace: number | null }} Pick */
/** @typedef {{ label: string, array: string, colour: string }} CellRow */

/**
 * What the server says of a figure (see figure.py).
 * @typedef {object} Message
 * @property {{ plotly: string, css: string, player?: string }} assets
 * @property {string} key
 * @property {string} group
 * @property {string} link
 * @property {string} ack
 * @property {number} epoch
 * @property {Values} base
 * @property {Control[]} controls
 * @property {Preset[]} presets
 * @property {number} between the first row of those that only a way goes through
 * @property {{ before: Values, way: number[] }} [came] how the state came from another one
 * @property {{ number: number, way: number[], ms: number }} [tour]
 * @property {{ data: any[], layout: any }} figure
 * @property {Bind[]} binds
 * @property {Readout[]} readouts
 * @property {string} formula
 * @property {HandleSpec[]} handles
 * @property {CellRow[]} rows
 * @property {Record<string, string>} rules
 * @property {string[]} free
 * @property {Record<string, string[]>} kin arrays that show what an array shows, too
 * @property {Pick[]} picks
 * @property {string} alt
 * @property {Record<string, string[]>} names
 * @property {Record<string, string[]>} vectors
 * @property {Record<string, string>} words
 * @property {any} [stream] what the figure's player has to know
 * @property {Record<string, Rows>} arrays
 */

/** @typedef {{ _offset: number, _length: number, l2p: (x: number) => number }} Axis */

/**
 * The element that Plotly draws in.
 * @typedef {HTMLElement & { data: any[], layout: any, _fullLayout: any,
 *   on: (name: string, does: (event: any) => void) => void }} Drawn
 */

/**
 * What a figure lets its player do. The player looks, and asks; it writes nothing of the figure.
 * @typedef {object} Stage
 * @property {HTMLElement} root the figure's element
 * @property {Drawn} picture the element that Plotly draws in
 * @property {() => Message} message what the server said last
 * @property {() => boolean} plotted whether there is a picture
 * @property {() => boolean} held whether a control is under the hand
 * @property {() => number} row the row that is shown, -1 if the table does not hold it
 * @property {() => Record<string, Rows>} arrays the rows that there are, by name
 * @property {(name: string, row: number) => any} value an array at a row
 * @property {(name: string, positions: Float64Array, arrays: Record<string, Rows>) => void} fill
 *   have other rows, one for each position of the control
 * @property {(name: string, value: number) => void} stand set a control, without drawing it
 * @property {() => void} request draw the state, at once or with the next frame
 * @property {(row: number) => void} write the numbers and words of a row, without the picture
 * @property {(x: number, y: number, lost?: string) => void} placeHandles put the handles at a place in pixels; `lost` is told of what has none
 * @property {(axis: string) => [Axis, Axis]} axes the x and y axis of a number ("", "2", …)
 * @property {(axis: string, event: MouseEvent) => boolean} within whether a panel is pointed at
 * @property {(ranges: Record<string, any>) => void} relayout have other axes
 * @property {(query: string) => void} linkTo what "copy link" copies from now on
 */

/**
 * What a player does for its figure.
 * @typedef {object} Player
 * @property {() => void} take the page was built, again or anew
 * @property {(value: number) => number} moved the hand moved the control; returns where it stands
 * @property {(name: string) => any} column the values of all rows, for a curve
 * @property {(row: number) => void} drawn the picture shows a row
 * @property {() => void} replotted the picture was made anew
 * @property {() => void} remove
 */

export {}
