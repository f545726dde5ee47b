import pytest

from centers.reviewing import Bazaar


@pytest.fixture
def bazaar(house):
    return Bazaar(house)
