// How a number is written and read: the same digits as ui/words/digits.py.

export const MINUS = "\u2212"
const INFINITY = "\u221e"

/** So many significant digits, or a whole number where that is longer. @param {number} x */
export function show(x, digits = 4) {
  if (Number.isNaN(x)) return "nan"
  const sign = x < 0 || Object.is(x, -0) ? MINUS : ""
  const size = Math.abs(x)
  if (size === Infinity) return sign + INFINITY
  if (size === 0) return sign + "0"
  const [mantissa, power] = size.toExponential(digits - 1).split("e")
  if (+power >= -4 && +power < 6) return sign + size.toFixed(Math.max(digits - 1 - +power, 0))
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa
  return sign + short + "e" + power.replace("+", "").replace("-", MINUS)
}

/** The fewest digits that give x back. @param {number} x */
export function exact(x) {
  if (!Number.isFinite(x) || x === 0) return show(x)
  const short = x.toExponential().replace("e+", "e")
  const power = +short.split("e")[1]
  return (power >= -4 && power < 16 ? String(x) : short).replaceAll("-", MINUS)
}

/** For a field that a rule fills: four places at most, few digits where it is tiny. @param {number} x */
export const short = (x) => (x === 0 || Math.abs(x) >= 1e-4 ? String(+x.toFixed(4)) : show(x, 2))

/** For a field: all its digits, as long as they fit; 1e8 rather than 100000000. @param {number} x */
export function typed(x) {
  const all = exact(x)
  const power = Math.abs(x) >= 1e6 ? x.toExponential().replace("e+", "e").replace("-", MINUS) : all
  const text = power.length < all.length ? power : all
  return text.length <= 10 ? text : exact(+x.toPrecision(6))
}

// What a person may type for a number: full-width digits and a real minus sign too.
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/**
 * A number, or a fraction such as 1/6; NaN for what is neither, or too small to be told from 0.
 * @param {string} text
 */
export function parse(text) {
  const plain = text.normalize("NFKC").replaceAll(MINUS, "-").replaceAll("\u2044", "/").trim()
  const parts = plain.split("/").map((part) => part.trim())
  if (parts.length > 2 || !parts.every((part) => NUMBER.test(part))) return NaN
  const [top, below = 1] = parts.map(Number)
  const lost = top === 0 && /[1-9]/.test(parts[0].split(/e/i)[0])
  return lost ? NaN : top / below
}

/** Put values in their places in a sentence: {{lo}}. @param {string} template @param {Record<string, any>} values */
export const fill = (template, values) => template.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name])
