"""Rows turned into arrays, one per column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.kernel.db import columns


@given(st.lists(st.tuples(st.integers(), st.text(), st.none())))
def test_columns_turned_once_more_are_the_rows(rows):
    made = columns(rows, 3)

    assert len(made) == 3
    assert [*zip(*made, strict=True)] == rows


def test_rows_that_are_not_alike_are_refused():
    for rows in ([(1, 2), (1,)], [(1, 2), (3, 4)]):
        with pytest.raises(ValueError, match=r"rows|zip"):
            columns(rows, 3)
