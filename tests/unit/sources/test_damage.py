"""The line on what was wrong with a source."""

import tracemalloc

from motionlapse.sources.damage import FirstFaults


def test_of_many_faults_the_first_are_told_and_how_many_more_there_are() -> None:
    faults = FirstFaults()
    assert (bool(faults), str(faults)) == (False, "")
    for number in range(5):
        faults.add(f"fault {number}")
    told = "fault 0; fault 1; fault 2; fault 3; fault 4"
    assert (bool(faults), str(faults)) == (True, told)
    faults.add("fault 5")
    faults.add("fault 6")
    assert str(faults) == f"{told}; and 2 more like it"


def test_a_camera_that_is_damaged_for_weeks_takes_no_memory() -> None:
    faults = FirstFaults()
    tracemalloc.start()
    try:
        for number in range(100_000):
            faults.add(f"damaged at {number}")
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 10_000
