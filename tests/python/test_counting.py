"""Numbers of things are written as people say them."""

import pytest

from customer_health.counting import counted


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (12345, "12,345 rows")]
)
def test_one_thing_is_named_in_the_singular(number, said):
    assert counted(number, "row") == said
