"""The KL lesson: every number is xent_core's or SciPy's, in every unit, infinite ones too."""

import numpy as np
import pytest
from scipy import integrate, special, stats
from scipy.spatial.distance import jensenshannon

import xent_core as xc
from tests.pages.test_pages import LOGS, answer, figures, open_page, prose, run
from ui.words import LANGUAGES, words
from ui.words.digits import show
from xent_core.densities import gaussian_kl
from xent_core.simplex import simplex_lattice, to_plane

UNITS = {"bits": 2, "nats": np.e, "hartleys": 10}
POINTS = simplex_lattice(20)


def open_kl(**query: str):
    app = open_page("kl_divergence")
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def random_pairs(count: int):
    """Random pairs as links would write them, some classes impossible."""
    rng = np.random.default_rng(8)
    for _ in range(count):
        size = rng.integers(2, 9)
        pair = rng.integers(0, 20, (2, size)) * rng.integers(0, 2, (2, size))
        pair[:, 0] += 1
        yield [",".join(map(str, weights)) for weights in pair]


def parsed(text: str) -> np.ndarray:
    weights = np.array([float(x) for x in text.split(",")])
    return weights / weights.sum()


@pytest.mark.parametrize(("p", "q"), random_pairs(3))
@pytest.mark.parametrize("unit", UNITS)
def test_both_directions_are_scipys(p, q, unit):
    split, *_ = figures(open_kl(p=p, q=q, unit=unit))
    now, log = split["now"], np.log(UNITS[unit])
    p, q = parsed(p), parsed(q)
    np.testing.assert_allclose(now["forward"], special.rel_entr(p, q) / log, rtol=1e-12)
    np.testing.assert_allclose(now["reverse"], special.rel_entr(q, p) / log, rtol=1e-12)
    assert now["kl"] == pytest.approx(now["forward"].sum(), rel=1e-12, abs=1e-15)
    assert now["lk"] == pytest.approx(now["reverse"].sum(), rel=1e-12, abs=1e-15)
    assert min(now["kl"], now["lk"]) >= 0
    assert now["entropy"] == pytest.approx(stats.entropy(p) / log, rel=1e-12, abs=1e-15)
    assert now["cross"] == pytest.approx(now["entropy"] + now["kl"], rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("p", "q"), random_pairs(4))
@pytest.mark.parametrize("unit", UNITS)
def test_the_gaps_are_scipys_never_below_0_and_their_sum_is_the_divergence(p, q, unit):
    shown = figures(open_kl(p=p, q=q, unit=unit))[1]
    now, log = shown["now"], np.log(UNITS[unit])
    p, q = parsed(p), parsed(q)
    np.testing.assert_allclose(now["gaps"], special.kl_div(p, q) / log, rtol=1e-9, atol=1e-15)
    assert (now["gaps"] >= 0).all()
    assert now["gaps"].sum() == pytest.approx(now["kl"], rel=1e-12, abs=1e-15)
    assert now["forward"].sum() == pytest.approx(now["kl"], rel=1e-9, abs=1e-12)
    with np.errstate(all="ignore"):
        x = np.where(p > 0, q / p, np.nan)
    inside = (x >= 1 / 16) & (x <= 4)
    assert np.isfinite(now["at"]).tolist() == inside.tolist()
    np.testing.assert_allclose(now["low"][inside], np.log(x[inside]) / log, rtol=1e-6, atol=1e-7)
    ends = now["gap_y"].reshape(-1, 3)[inside]
    gap = (x[inside] - 1 - np.log(x[inside])) / log
    np.testing.assert_allclose(ends[:, 1] - ends[:, 0], gap, rtol=1e-4, atol=1e-6)
    lowest, _ = shown["figure"]["layout"]["yaxis2"]["range"]
    assert (now["name_y"] > lowest).all()


def test_whoever_says_that_the_sum_can_be_below_0_is_shown_that_it_is_not():
    app = open_kl(p="1,1", q="1,1", names="a,b")
    label = words("kl_divergence", "en").label
    answer(app, label("well_chosen"), "below")
    now = figures(app)[1]["now"]
    assert (now["forward"] < 0).sum() == 3
    assert now["kl"] > 0
    said = next(m.value for m in app.markdown if show(now["kl"]) in m.value)
    assert "one that tries, and fails" in said


@pytest.mark.parametrize("unit", UNITS)
def test_one_switch_changes_every_number_axis_and_formula(unit):
    app = open_kl(unit=unit)
    label = words("kl_divergence", "en").label(unit)
    split, gaps, where, bells = figures(app)
    for figure in (split, gaps, where, bells):
        assert {r["unit"] for r in figure["readouts"]} == {label}
        assert f" {label}" in figure["alt"]
    assert LOGS[unit] in split["formula"]
    assert LOGS[unit] in where["formula"]
    assert split["figure"]["layout"]["xaxis3"]["title"]["text"] == label
    bit = np.log(2) / np.log(UNITS[unit])
    assert split["figure"]["layout"]["xaxis3"]["range"][1] == pytest.approx(5 * bit)
    assert label in where["figure"]["layout"]["annotations"][0]["text"]
    assert label in bells["figure"]["layout"]["xaxis2"]["title"]["text"]
    assert bells["now"]["forward"] / bit == pytest.approx(2.8094, abs=1e-4)
    bound = show(xc.jensen_shannon_divergence([1, 0], [0, 1], base=UNITS[unit]))
    assert any(f"never above {bound} {label}" in text for text in prose(app))


def test_what_p_has_and_q_calls_impossible_is_infinite_and_marked():
    split, *_ = figures(open_kl(p="1,1,2", q="1,1,0", names="A,B,C"))
    now = split["now"]
    assert now["kl"] == now["cross"] == np.inf
    assert now["lk"] == pytest.approx(1)
    assert now["forward"].tolist() == [-0.25, -0.25, np.inf]
    assert np.isfinite(now["forward_bar"]).all()
    assert np.isnan(now["forward_sign"]).tolist() == [True, True, False]
    assert np.isnan(now["reverse_sign"]).all()
    assert np.isfinite(now["beyond"])


def test_a_pair_is_the_one_of_the_cross_entropy_page():
    app = open_page("cross_entropy", p="1,2,5", q="4,3,1", names="A,B,C")
    app.switch_page("../../pages/kl_divergence/page.py").run()
    split, *_ = figures(app)
    np.testing.assert_allclose(split["now"]["p"], [0.125, 0.25, 0.625])


# ---- the triangle


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("a", "b"), [(57, 150), (20, 130)])
def test_the_lines_around_a_point_are_at_their_levels(a, b, unit):
    base = UNITS[unit]
    for way in (0, 1):
        where = figures(open_kl(a=str(a), b=str(b), way=str(way), unit=unit))[2]
        now, (p, q) = where["now"], (POINTS[a], POINTS[b])
        assert now["kl"] == xc.kl_divergence(p, q, base=base)
        assert now["lk"] == xc.kl_divergence(q, p, base=base)
        js = jensenshannon(p, q) ** 2 / np.log(base)
        assert now["js"] == pytest.approx(js, rel=1e-9, abs=1e-15)
        assert now["js"] <= np.log(2) / np.log(base)
        np.testing.assert_allclose(np.stack([now["x"], now["y"]], -1), to_plane([p, q]), atol=1e-7)
        assert now["infinite"].tolist() == [now["lk"] == np.inf, now["kl"] == np.inf]
        levels = [float(label) for label in where["figure"]["data"][0]["text"]]
        for i, level in enumerate(levels):
            x, y = now[f"x{i}"].astype(float), now[f"y{i}"].astype(float)
            top = y / (np.sqrt(3) / 2)
            line = np.clip(np.stack([1 - x - top / 2, x - top / 2, top], axis=-1), 0, 1)
            line = line[~np.isnan(x)]
            line /= line.sum(axis=-1, keepdims=True)
            centre = np.broadcast_to((p, q)[way], line.shape)
            found = xc.kl_divergence(*((line, centre) if way else (centre, line)), base=base)
            inside = line.min(axis=-1) > 0.02  # float32 is too coarse beside a side
            np.testing.assert_allclose(found[inside], level, rtol=1e-4)


def test_that_no_line_is_left_around_a_q_on_a_side_is_said():
    on_side = next(i for i, p in enumerate(POINTS) if np.allclose(p, [0, 0.4, 0.6]))
    for way, gone in ((0, 0), (1, 1)):
        where = figures(open_kl(b=str(on_side), way=str(way)))[2]
        assert where["now"]["gone"].tolist() == [gone]
        assert where["names"]["gone"][1].startswith("D(·‖Q) = ∞")
        line = where["now"]["x0"]
        assert (len(np.unique(line[~np.isnan(line)])) <= 2) == bool(gone)  # points of the side
    assert figures(open_kl(way="1"))[2]["now"]["gone"].tolist() == [0]


# ---- the densities


@pytest.mark.parametrize("state", [("6", "1", "1.5"), ("0", "0", "1"), ("3", "-2.5", "0.3")])
def test_the_integrals_are_scipys(state):
    gap, m, s = map(float, state)
    bells = figures(open_kl(gap=state[0], m=state[1], s=state[2]))[3]
    now = bells["now"]

    def p(x):
        return 0.6 * stats.norm.pdf(x, -gap / 2) + 0.4 * stats.norm.pdf(x, gap / 2)

    def log_p(x):
        parts = [stats.norm.logpdf(x, side * gap / 2) for side in (-1, 1)]
        return special.logsumexp(parts, b=[0.6, 0.4])

    q = stats.norm(m, s)
    options = {"limit": 400, "points": [-gap / 2, gap / 2, m], "epsabs": 1e-11}
    forward, _ = integrate.quad(lambda x: p(x) * (log_p(x) - q.logpdf(x)), -14, 14, **options)
    reverse, _ = integrate.quad(lambda x: q.pdf(x) * (q.logpdf(x) - log_p(x)), -14, 14, **options)
    assert now["forward"] == pytest.approx(forward / np.log(2), abs=1e-8)
    assert now["reverse"] == pytest.approx(reverse / np.log(2), abs=1e-8)
    assert now["h"] == pytest.approx(q.entropy() / np.log(2), rel=1e-12)
    if gap == 0:  # a closed form to compare with
        assert now["forward"] == pytest.approx(gaussian_kl(0, 1, m, s, base=2), abs=1e-9)


def test_the_presets_are_better_than_their_neighbours_and_a_narrow_one_has_negative_entropy():
    app = open_kl()
    presets = {preset["label"]: preset["values"] for preset in figures(app)[3]["presets"]}
    label = words("kl_divergence", "en").label
    for name, direction in (("best_forward", "forward"), ("best_reverse", "reverse")):
        best = presets[label(name)]
        values = []
        for dm, ds in ((0, 0), (0.1, 0), (-0.1, 0), (0, 0.1), (0, -0.1)):
            app.query_params.update(
                {"gap": "6", "m": str(best["m"] + dm), "s": str(best["s"] + ds)}
            )
            app.run()
            values.append(figures(app)[3]["now"][direction])
        assert min(values) == values[0]
    assert presets[label("best_reverse")]["m"] < -2 < presets[label("best_forward")]["m"] < 0
    assert presets[label("other_bump")]["m"] > 2
    narrow = figures(open_kl(s=str(presets[label("narrow")]["s"])))[3]["now"]
    assert narrow["h"] < 0 < min(narrow["forward"], narrow["reverse"])


# ---- the same in PyTorch


@pytest.mark.parametrize(
    ("p", "q"), [("4,2,1,1", "1,1,2,4"), ("0.3,0.7", "0.9,0.1"), ("1,1,2", "1,1,0"), ("1,0", "1,3")]
)
def test_the_program_prints_what_the_page_shows(p, q):
    app = open_kl(p=p, q=q, unit="nats")
    now, said = figures(app)[0]["now"], run(app.code[0].value)
    for name, ours in (
        ("D(P‖Q)", "kl"),
        ("D(Q‖P)", "lk"),
        ("torch.distributions", "kl"),
        ("F.kl_div", "kl"),
    ):
        assert show(said[name]) == show(now[ours]), name


def test_the_program_says_that_kl_div_has_no_answer_where_both_are_0():
    app = open_kl(p="1,3,0", q="1,1,0", unit="nats")
    now, said = figures(app)[0]["now"], run(app.code[0].value)
    assert np.isnan(said.pop("F.kl_div"))
    assert show(said["torch.distributions"]) == show(said["D(P‖Q)"]) == show(now["kl"])
    assert "nan" in app.code[0].value


# ---- numbers that do not sum to 1


@pytest.mark.parametrize(("unit", "base"), [("bits", 2), ("nats", np.e), ("hartleys", 10)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_that_do_not_sum_to_1_are_divided_and_what_they_would_have_given_is_said(
    unit, base, language
):
    p, q = np.array([0.1, 0.2]), np.array([0.3, 0.6])
    app = open_kl(p="0.1,0.2", q="0.3,0.6", unit=unit, lang=language)
    raw = float(np.sum(p * np.log(p / q)) / np.log(base))
    assert raw < 0
    (said,) = [block.value for block in app.info if "0.9" in block.value]
    label = words("kl_divergence", language)
    assert label.label("pair_divided", p_sum="0.3000", q_sum="0.9000") in said
    assert f"{show(raw)} {label.label(unit)}" in said
    assert figures(app)[0]["now"]["kl"] == 0  # the two are the same distribution


def test_the_note_stays_while_the_numbers_do_and_goes_with_them():
    def notes(app):
        return [block.value for block in app.info if "divided" in block.value]

    app = open_kl(p="0.1,0.2", q="0.3,0.6")
    told = notes(app)
    app.query_params.update({"p": "1,2", "q": "1,2", "unit": "bits"})  # as the browser has it soon
    app.run()
    assert notes(app) == told != []
    app.query_params.update({"p": "1,3"})
    app.run()
    assert notes(app) == []


@pytest.mark.parametrize(
    ("p", "q"),
    [
        ("4,2,1,1", "1,1,2,4"),
        ("0.3,0.7", "0.9,0.1"),
        ("0.33333,0.33333,0.33333", "1,1,1"),
        ("0.5,0.5", ""),
        ("0.1,x", "0.5,0.5"),
    ],
)
def test_weights_that_anybody_means_as_such_are_not_commented_on(p, q):
    app = open_kl(p=p, **({"q": q} if q else {}))
    assert not [block.value for block in app.info if "divided" in block.value]


def test_the_cross_entropy_page_says_in_a_line_that_it_has_divided():
    app = open_page("cross_entropy", p="0.1,0.2", q="0.3,0.6")
    assert [b.value for b in app.info if "sum to 0.3000 for P and 0.9000 for Q" in b.value]
