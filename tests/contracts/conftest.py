from __future__ import annotations

import pytest
from measured_pairs import PAIRS


@pytest.fixture(params=PAIRS, scope="module")
def pair(request):
    return PAIRS[request.param]()
