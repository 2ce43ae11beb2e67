"""One meaning, one colour, on every page (Okabe–Ito): the only place where a colour is said."""

TRUTH, PREDICTION, SURPRISE = "#0072B2", "#E69F00", "#D55E00"
FINE, BROKEN, GREY = "#009E73", "#CC79A7", "#8A8F98"
CLEAR = "rgba(0,0,0,0)"
WHITE, INK = "#ffffff", "#1a1a1a"


def faint(colour: str, opacity: float) -> str:
    """Return a colour through which what lies behind it is seen."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
