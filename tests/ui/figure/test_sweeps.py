"""The table of a live figure: every row is the model's answer to its state."""

import json
import struct

import numpy as np
import pytest

from ui.figure.sweeps import pack, sweep


def model(values):
    a, b = values["a"], values["b"]
    return {"sum": a + b, "pair": np.stack([a, b], axis=-1), "only_a": np.outer(a, np.arange(9.0))}


GRID = {"a": np.array([0.0, 1.0, 2.0]), "b": np.array([10.0, 20.0])}


def test_the_rows_are_the_base_then_each_control_then_the_presets():
    table = sweep({"a": 1.0, "b": 10.0}, GRID, model, [{"a": 7.0, "b": 10.0}, {"a": 1.0}])
    assert table.arrays["pair"].tolist() == [
        [1, 10],
        [0, 10],
        [1, 10],
        [2, 10],
        [1, 10],
        [1, 20],
        [7, 10],
    ]
    assert table.preset_rows == [6, -1]


def test_a_typed_value_gets_a_position_of_its_own():
    table = sweep({"a": 0.123, "b": 10.0}, GRID, model)
    assert table.positions["a"].tolist() == [0.0, 0.123, 1.0, 2.0]
    assert table.arrays["sum"][2] == 10.123


def test_a_model_that_loses_rows_is_refused():
    with pytest.raises(ValueError, match="model: array 'sum' has shape"):
        sweep({"a": 0.0, "b": 10.0}, GRID, lambda values: {"sum": values["a"][:2]})


def test_rows_that_repeat_travel_once():
    table = sweep({"a": 0.0, "b": 10.0}, {**GRID, "b": np.linspace(10, 20, 400)}, model)
    small = len(pack({}, {"only_a": table.arrays["only_a"]}))
    assert small < table.arrays["only_a"].nbytes / 10
    message = pack({}, {"only_a": table.arrays["only_a"]})
    (length,) = struct.unpack("<Q", message[:8])
    place = json.loads(message[8 : 8 + length])["arrays"]["only_a"]
    body = message[8 + length :]
    count = int(np.prod(place["shape"]))
    rows = np.frombuffer(body, np.float64, count, place["at"]).reshape(place["shape"])
    which = np.frombuffer(body, np.int32, place["which"]["shape"][0], place["which"]["at"])
    np.testing.assert_array_equal(rows[which], table.arrays["only_a"])


def test_a_number_that_the_wire_has_no_type_for_is_refused():
    with pytest.raises(ValueError, match="does not fit 32 bits"):
        pack({}, {"big": np.array([2**40])})
