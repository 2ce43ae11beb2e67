"""Formulas with live numbers in them, as MathML: the browser sets it, the sweep fills it."""


def ident(name: str) -> str:
    """Return a name, such as p or loss."""
    return f"<mi>{name}</mi>"


def op(sign: str) -> str:
    """Return an operator."""
    return f"<mo>{sign}</mo>"


def number(text: str) -> str:
    """Return a fixed number."""
    return f"<mn>{text}</mn>"


def slot(key: str, colour: str = "") -> str:
    """Return a place that the sweep fills; `key` as in the slots of `ui.figure.View`."""
    kind = f' class="xent-{colour}"' if colour else ""
    return f'<mn{kind} data-slot="{key}"></mn>'


def row(*parts: str) -> str:
    """Return parts side by side."""
    return f"<mrow>{''.join(parts)}</mrow>"


def sub(base: str, index: str) -> str:
    """Return a base with a subscript."""
    return f"<msub>{base}{index}</msub>"


def sup(base: str, exponent: str) -> str:
    """Return a base with an exponent."""
    return f"<msup>{base}{exponent}</msup>"


def frac(top: str, bottom: str) -> str:
    """Return a fraction."""
    return f"<mfrac>{top}{bottom}</mfrac>"


def exp(exponent: str) -> str:
    """Return e to a power."""
    return sup(ident("e"), exponent)


def total(*parts: str) -> str:
    """Return parts with plus signs between them."""
    return row(op("+").join(parts))


def over_sum(letter: str, tempered: bool = False) -> str:
    """Return the sum over j of e to the letter's j-th value, divided by T if tempered."""
    power = sub(ident(letter), ident("j"))
    if tempered:
        power = row(power, op("/"), ident("T"))
    return row(f"<munder>{op('∑')}{ident('j')}</munder>", exp(power))


def over_classes(term: str) -> str:
    """Return the sum of a term over all x."""
    return row(f"<munder>{op('∑')}{ident('x')}</munder>", term)


def math(*parts: str) -> str:
    """Return a formula on a line of its own."""
    return f'<math display="block">{row(*parts)}</math>'


def line(*parts: str) -> str:
    """Return a line of words with live places in it, where a formula would stand."""
    return f'<p class="xent-line">{" ".join(parts)}</p>'


def spot(key: str, colour: str = "") -> str:
    """Return a live place within a `line`; `key` as in `slot`."""
    return f'<span class="xent-{colour}" data-slot="{key}"></span>'
