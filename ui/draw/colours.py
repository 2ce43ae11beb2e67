"""One meaning, one colour, on every page (Okabe–Ito): the only place where a colour is said."""

TRUTH, PREDICTION, SURPRISE = "#0072B2", "#E69F00", "#D55E00"
FINE, BROKEN, GREY = "#009E73", "#CC79A7", "#7A808B"
CLEAR = "rgba(0,0,0,0)"
WHITE, INK, BLACK = "#ffffff", "#1a1a1a", "#000000"
# From what draws a number down over what leaves it to what draws it up.
DOWN, NEITHER, UP = "#f0a070", "#f7f7f7", "#6db6e8"
# What becomes of a loss, on a map, besides what is right: digits lost, 0, inf, nan.
DIGITS, ZERO, NOT_A_NUMBER = "#F0A070", "#B9BDC6", "#7A3B63"
# Classes of samples. No colour of these has another meaning; each class has a sign, too.
CLASSES = ("#56B4E9", "#DDAA33", "#44AA99", "#9977CC", "#AABB33", "#888888")


def faint(colour: str, opacity: float) -> str:
    """Return a colour through which what lies behind it is seen."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def tints(colour: str, count: int) -> tuple[str, ...]:
    """Return so many shades of a colour, from itself on, each with more white: black is read on it.

    Of one hue, they tell parts of one thing apart; each part has its name besides.
    """
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    shares = [0.68 * at / max(count - 1, 1) for at in range(count)]
    mixed = ([round(part + share * (255 - part)) for part in parts] for share in shares)
    return tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in mixed)
