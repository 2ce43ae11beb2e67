// The figures of a page that show one state: while one is moved, the others follow.

/**
 * @template T
 */
export class Groups {
  /** @type {Map<string, Set<T>>} */
  #members = new Map()

  /** @param {string} group @param {T} figure */
  join(group, figure) {
    const members = this.#members.get(group) ?? new Set()
    this.#members.set(group, members.add(figure))
  }

  /** @param {string} group @param {T} figure */
  leave(group, figure) {
    this.#members.get(group)?.delete(figure)
  }

  /** @param {string} group @param {T} figure */
  others(group, figure) {
    return [...(this.#members.get(group) ?? [])].filter((one) => one !== figure)
  }
}
