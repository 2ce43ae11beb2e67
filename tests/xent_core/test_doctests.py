"""The examples in the docstrings are true."""

import doctest
import importlib

import pytest

import xent_core as xc

MODULES = sorted({getattr(xc, name).__module__ for name in xc.__all__})


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_module_are_true(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", xc.__all__)
def test_every_public_function_has_an_example_and_names_its_errors(name):
    text = getattr(xc, name).__doc__
    for section in ("Args", "Returns", "Raises", "Example"):
        assert f"\n    {section}:\n        " in text
