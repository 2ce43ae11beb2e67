"""Numbers as a reader sees them."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.words.digits import exact, show

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


def back(text: str) -> float:
    return float(text.replace("−", "-").replace("∞", "inf"))


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.6439142598879722, "0.6439"),
        (1.0, "1.000"),
        (9.99996, "10.00"),
        (-2.5, "−2.500"),
        (123456.7, "123457"),
        (1234567.0, "1.235e6"),
        (1e-300, "1e−300"),
        (0.00012, "0.0001200"),
        (0.0000123456, "1.235e−5"),
        (0.0, "0"),
        (-0.0, "−0"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "nan"),
    ],
)
def test_four_significant_digits(x, text):
    assert show(x) == text


@given(st.floats(-1e308, 1e308))
def test_what_is_shown_is_within_half_a_unit_of_the_fourth_digit(x):
    assert math.isclose(back(show(x)), x, rel_tol=5.0001e-4, abs_tol=5e-324)


@given(st.floats(allow_nan=False))
def test_the_exact_form_gives_the_number_back(x):
    assert back(exact(x)) == x


def test_what_was_typed_is_shown_as_typed():
    assert [exact(x) for x in (1, 0.1, -2.5, 1e-7, 1e22)] == ["1", "0.1", "−2.5", "1e−7", "1e22"]
