"""Films that are cut off within a picture, and films written one after another."""

import pytest
from complaints import error_line
from films import FRAMES, SECONDS, key_packets, scan_here, table, write_film

WHOLE = [(25, 49), (115, 139)]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (80, "is cut off: it ends at 00:00:03.2 of 00:00:07.0"),
        (174, "damaged between 00:00:06.9 and 00:00:06.9; the pictures there are not used"),
    ],
)
def test_a_picture_that_the_file_ends_within_is_not_used(tmp_path, number, told):
    """A decoder of MJPEG makes up its other half: it was motion."""
    path = write_film(tmp_path / "cut.avi", codec="mjpeg", pixels="yuvj420p")
    place, size = key_packets(path)[number]
    path.write_bytes(path.read_bytes()[: place + size // 2])
    ran = scan_here("cut.avi", tmp_path / "kept", "--metrics", "m.csv")
    assert (ran.code, ran.spans) == (3, WHOLE[: 1 + (number > 115)])
    assert error_line(ran) == f"error: cut.avi: {told}"
    assert [int(row["index"]) for row in table(tmp_path / "m.csv")] == list(range(number))


@pytest.mark.parametrize("off_s", [3600.0, 3.0])
def test_a_recorder_that_was_off_has_lost_nothing(tmp_path, off_s):
    """A transport stream written after another: hours between them were damage."""
    first = write_film(tmp_path / "first.ts")
    after = write_film(tmp_path / "after.ts", first_s=SECONDS + off_s)
    (tmp_path / "both.ts").write_bytes(first.read_bytes() + after.read_bytes())
    ran = scan_here("both.ts", tmp_path / "kept")
    begins_s = round(SECONDS + off_s)
    if off_s > 10:
        assert (ran.code, ran.spans) == (0, [*WHOLE, *((a + FRAMES, b + FRAMES) for a, b in WHOLE)])
        assert [e["start_s"] for e in ran.records[2:]] == [begins_s + 1.0, begins_s + 4.6]
    else:  # it may be a loss on the way
        assert ran.code == 3
        assert "damaged between 00:00:07.0 and 00:00:10.0" in error_line(ran)
