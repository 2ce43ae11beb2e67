"""The formats: their sizes, the order of their numbers, their bits and their thresholds."""

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xent_core.trace import (
    FORMATS,
    BitPattern,
    at_place,
    bit_pattern,
    bits_of,
    certain_gap,
    exp_window,
    get_format,
    place_of,
    round_to,
    running_sums,
)

pytestmark = pytest.mark.filterwarnings("error")
drawn = settings(derandomize=True, deadline=None, max_examples=200)
names = st.sampled_from(sorted(FORMATS))
SMALL = [name for name, fmt in FORMATS.items() if fmt.bits <= 16]
INF, NAN = np.inf, np.nan


def all_numbers(fmt):
    """Every number of a format but nan, from the lowest to the highest, as float64."""
    bits = np.arange(2**fmt.bits, dtype=fmt.integer_type)
    with np.errstate(all="ignore"):  # signalling nan
        values = bits.view(fmt.dtype).astype(np.float64)
    return np.unique(values[~np.isnan(values)])


@pytest.mark.parametrize("name", FORMATS)
def test_the_table_is_that_of_ml_dtypes_and_numpy(name):
    fmt = FORMATS[name]
    info = ml_dtypes.finfo(fmt.dtype)
    assert fmt.name == np.dtype(fmt.dtype).name == name
    assert (fmt.bits, fmt.fraction_bits, fmt.exponent_bits) == (info.bits, info.nmant, info.nexp)
    assert fmt.max == float(info.max)
    assert fmt.smallest_normal == float(info.smallest_normal)
    assert fmt.smallest_subnormal == float(info.smallest_subnormal)
    assert fmt.eps == float(info.eps)
    if name in ("float16", "float32", "float64"):
        assert np.finfo(fmt.dtype).max == fmt.max
        assert np.finfo(fmt.dtype).smallest_subnormal == fmt.smallest_subnormal


@pytest.mark.parametrize("name", FORMATS)
def test_the_numbers_of_the_table_follow_from_the_bits(name):
    fmt = FORMATS[name]
    assert fmt.bits == 1 + fmt.exponent_bits + fmt.fraction_bits
    assert fmt.eps == 2.0**-fmt.fraction_bits
    assert fmt.smallest_normal == 2.0 ** (1 - fmt.bias)
    assert fmt.smallest_subnormal == fmt.smallest_normal * fmt.eps
    # All exponents are for numbers in float8_e4m3fn, and of its last one only one fraction is nan.
    largest = 2 - 2 * fmt.eps if name == "float8_e4m3fn" else 2 - fmt.eps
    top_field = 2**fmt.exponent_bits - 1 - fmt.has_inf
    assert Fraction(fmt.max) == Fraction(largest) * Fraction(2) ** (top_field - fmt.bias)


def test_only_float8_e4m3fn_has_no_infinity():
    assert [name for name, fmt in FORMATS.items() if not fmt.has_inf] == ["float8_e4m3fn"]
    assert np.isnan(round_to([INF, -INF, 1e9], "float8_e4m3fn").astype(float)).all()


@pytest.mark.parametrize("name", SMALL)
def test_every_number_of_a_small_format_has_its_place(name):
    fmt = FORMATS[name]
    numbers = all_numbers(fmt)
    places = [place_of(v, fmt) for v in numbers.tolist()]
    np.testing.assert_array_equal(np.diff(places), 1)
    assert [at_place(i, fmt) for i in places] == numbers.tolist()


@pytest.mark.parametrize("name", FORMATS)
def test_the_ends_of_the_order_have_no_beyond(name):
    fmt = FORMATS[name]
    end = place_of(INF if fmt.has_inf else fmt.max, fmt)
    assert at_place(end, fmt) == (INF if fmt.has_inf else fmt.max)
    for place in (end + 1, -end - 1):
        with pytest.raises(ValueError, match="place: must be below"):
            at_place(place, fmt)
    with pytest.raises(ValueError, match="nan has no place"):
        place_of(NAN, fmt)


@pytest.mark.parametrize("name", SMALL)
def test_rounding_goes_to_the_nearest_and_ties_to_the_even_bit(name):
    fmt = FORMATS[name]
    numbers = all_numbers(fmt)
    low, high = numbers[np.isfinite(numbers)][:-1], numbers[np.isfinite(numbers)][1:]
    middle = low + (high - low) / 2
    tiny = (high - low) * 2.0**-40
    np.testing.assert_array_equal(round_to(middle - tiny, fmt).astype(float), low)
    np.testing.assert_array_equal(round_to(middle + tiny, fmt).astype(float), high)
    even = np.where(bits_of(round_to(low, fmt), fmt) % 2 == 0, low, high)
    np.testing.assert_array_equal(round_to(middle, fmt).astype(float), even)


@drawn
@given(names, st.floats(allow_nan=True))
def test_rounding_twice_is_rounding_once(name, value):
    once = round_to(value, name)
    np.testing.assert_array_equal(bits_of(once, name), bits_of(round_to(once, name), name))
    assert once.shape == ()


def test_rounding_float64_is_what_numpy_does_where_numpy_rounds_once():
    bits = np.random.default_rng(0).integers(0, 2**64, 20_000, dtype=np.uint64)
    x = bits.view(np.float64)
    with np.errstate(all="ignore"):
        x = np.concatenate([x, np.random.default_rng(1).normal(size=x.size)])
        for name in ("float16", "float32", "float64"):
            np.testing.assert_array_equal(round_to(x, name), x.astype(name))


def test_rounding_to_bfloat16_does_not_round_twice():
    x = 1 + 2.0**-8 + 2.0**-40  # just above a tie, which float32 makes of it
    assert float(np.array([x]).astype(ml_dtypes.bfloat16)[0]) == 1.0
    assert float(round_to(x, "bfloat16")) == 1 + 2.0**-7


@pytest.mark.parametrize("name", FORMATS)
def test_the_window_of_exp_holds_one_ulp_on_either_side(name):
    fmt = FORMATS[name]
    window = exp_window(name)

    def exp_at(x, step):
        one = np.array([at_place(place_of(x, fmt) + step, fmt)]).astype(fmt.dtype)
        with np.errstate(all="ignore"):
            return float(np.exp(one)[0])

    assert np.isfinite(exp_at(window.largest_finite, 0))
    assert not np.isfinite(exp_at(window.largest_finite, 1))
    assert exp_at(window.smallest_normal, 0) >= fmt.smallest_normal
    assert 0 <= exp_at(window.smallest_normal, -1) < fmt.smallest_normal
    assert exp_at(window.smallest_nonzero, 0) > 0
    assert exp_at(window.smallest_nonzero, -1) == 0


@pytest.mark.parametrize("name", SMALL)
def test_the_window_of_exp_is_that_of_all_numbers(name):
    fmt = FORMATS[name]
    x = all_numbers(fmt)
    x = x[np.isfinite(x)]
    with np.errstate(all="ignore"):
        y = np.exp(x.astype(fmt.dtype)).astype(np.float64)
    window = exp_window(name)
    assert window.largest_finite == x[np.isfinite(y)].max()
    assert window.smallest_normal == x[y >= fmt.smallest_normal].min()
    assert window.smallest_nonzero == x[y > 0].min()


def test_the_window_of_exp_is_the_one_in_the_notes():
    """Where the real e^x leaves the format, one ulp of the format is all the room there is."""
    noted = {
        "float16": (11.09, -17.33),
        "bfloat16": (88.719, None),
        "float32": (88.723, -103.97),
        "float64": (709.78, -745.13),
    }
    for name, (high, low) in noted.items():
        window, fmt = exp_window(name), FORMATS[name]
        ulp = at_place(place_of(high, fmt) + 1, fmt) - at_place(place_of(high, fmt), fmt)
        assert abs(window.largest_finite - high) <= ulp + 0.005
        assert low is None or abs(window.smallest_nonzero - low) <= ulp + 0.005


@pytest.mark.parametrize("name", FORMATS)
def test_the_softmax_is_certain_from_the_gap_on_and_not_one_ulp_before(name):
    fmt = FORMATS[name]
    gap = certain_gap(name)

    def p(step):
        g = np.array([at_place(place_of(gap, fmt) + step, fmt)]).astype(fmt.dtype)
        one = np.ones(1, fmt.dtype)
        return float((one / (one + np.exp(-g)))[0])

    assert p(0) == 1
    assert p(-1) < 1


@pytest.mark.parametrize("name", FORMATS)
def test_running_sums_add_one_number_at_a_time(name):
    fmt = FORMATS[name]
    x = np.random.default_rng(3).exponential(size=300).astype(fmt.dtype)
    total = np.zeros(1, fmt.dtype)
    with np.errstate(all="ignore"):
        for got, one in zip(running_sums(x, name), x, strict=True):
            total = total + np.array([one])
            np.testing.assert_array_equal(np.array([got]).astype(float), total.astype(float))


def test_a_mean_of_70000_losses_in_float16_stops_growing():
    sums = running_sums([0.6931] * 70_000, "float16").astype(float)
    assert sums[-1] == sums[5_000] == 2048
    assert running_sums([0.6931] * 70_000, "float32")[-1] == pytest.approx(
        0.6931 * 70_000, rel=1e-3
    )
    with pytest.raises(ValueError, match="300,000"):
        running_sums(np.zeros(300_001), "float16")


@drawn
@given(names, st.data())
def test_bits_put_together_are_the_number(name, data):
    fmt = FORMATS[name]
    bits = data.draw(st.integers(0, 2**fmt.bits - 1))
    value = np.array([bits], fmt.integer_type).view(fmt.dtype)
    pattern = BitPattern(fmt, bits)
    assert pattern.text == pattern.sign + pattern.exponent + pattern.fraction
    np.testing.assert_equal(pattern.value, float(value[0]))
    if pattern.kind in ("inf", "nan"):
        assert pattern.power is pattern.significand is None
        assert pattern.exact.lstrip("-") == pattern.kind
        return
    significand = Fraction(int(pattern.significand.replace(".", ""), 2), 2**fmt.fraction_bits)
    exact = (-1) ** int(pattern.sign) * significand * Fraction(2) ** pattern.power
    assert exact == Fraction(pattern.value) == Fraction(pattern.exact)
    if pattern.kind != "zero":
        assert bit_pattern(pattern.value, name) == pattern


@drawn
@given(names, st.data())
def test_a_bit_flipped_twice_is_back(name, data):
    fmt = FORMATS[name]
    pattern = bit_pattern(data.draw(st.floats(allow_nan=True)), name)
    index = data.draw(st.integers(0, fmt.bits - 1))
    other = pattern.flipped(index)
    assert [a != b for a, b in zip(other.text, pattern.text, strict=True)].index(True) == index
    assert sum(a != b for a, b in zip(other.text, pattern.text, strict=True)) == 1
    assert other.flipped(index) == pattern


@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
def test_neighbours_are_those_of_nextafter(name):
    fmt = FORMATS[name]
    for value in (0.0, -0.0, 1.0, -1.0, 0.1, fmt.max, -fmt.max, fmt.smallest_normal, 5.0):
        one = np.dtype(name).type(value)
        pattern = bit_pattern(value, name)
        with np.errstate(all="ignore"):
            above, below = (
                np.nextafter(one, one.dtype.type(INF)),
                np.nextafter(one, -one.dtype.type(INF)),
            )
        assert (pattern.above, pattern.below) == (above, below)
        assert (pattern.gap_above, pattern.gap_below) == (
            float(above) - pattern.value,
            pattern.value - float(below),
        )


@pytest.mark.parametrize("name", FORMATS)
def test_kinds_are_named(name):
    fmt = FORMATS[name]
    kinds = {0.0: "zero", fmt.smallest_subnormal: "subnormal", 1.0: "normal", fmt.max: "normal"}
    kinds |= {fmt.smallest_normal: "normal", -fmt.smallest_normal: "normal"}
    kinds |= {INF: "inf" if fmt.has_inf else "nan"}
    assert {value: bit_pattern(value, name).kind for value in kinds} == kinds
    assert bit_pattern(NAN, name).kind == "nan"
    assert bit_pattern(fmt.smallest_normal - fmt.smallest_subnormal, name).kind == "subnormal"


def test_at_the_ends_there_is_no_neighbour_beyond():
    assert bit_pattern(65504, "float16").above == INF
    assert bit_pattern(65504, "float16").gap_above == INF
    assert bit_pattern(INF, "float16").below == 65504
    assert np.isnan(bit_pattern(INF, "float16").above)
    assert np.isnan(bit_pattern(448, "float8_e4m3fn").above)
    assert np.isnan(
        [bit_pattern(NAN, "float32").above, bit_pattern(NAN, "float32").gap_below]
    ).all()


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (r"format: must be one of .* found 'float128'", lambda: get_format("float128")),
        ("values: must be numbers", lambda: round_to(["a"], "float16")),
        ("values: must be float16, found float64", lambda: bits_of(np.zeros(2), "float16")),
        (r"index: must be from 0 to 15, found 16", lambda: bit_pattern(1, "float16").flipped(16)),
        (r"value: must be one number, found shape \(1,\)", lambda: bit_pattern([1], "float16")),
        (r"values: one axis .* found \(1, 1\)", lambda: running_sums([[1]], "float16")),
    ],
)
def test_mistakes_are_named(message, call):
    with pytest.raises(ValueError, match=message):
        call()
