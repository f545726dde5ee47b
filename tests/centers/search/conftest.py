import pytest

from centers.searching import Library


@pytest.fixture
def library(house):
    return Library(house)
