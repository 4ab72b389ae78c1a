"""Pictures that change their size, and stills that are cut off."""

import pytest
from films import picture, run_here, scan_here, write_film, write_stills

LARGE = (192, 144)
EVERY_200_MS = [index / 5 for index in range(35)]


def joined(folder, suffix, *, moves=((1.0, 2.0), (4.6, 5.6))):
    """A film whose pictures change from 192×144 to 160×120 at 7 s."""
    parts = [
        write_film(
            folder / f"part-{size[0]}{suffix}",
            size=size,
            pictures=lambda time_s, size=size: picture(time_s, size=size, moves=moves),
        )
        for size in (LARGE, (160, 120))
    ]
    film = folder / f"joined{suffix}"
    film.write_bytes(b"".join(part.read_bytes() for part in parts))
    return film


@pytest.mark.parametrize("suffix", [".ts", ".h264"])
def test_film_whose_size_changes_in_the_middle(tmp_path, suffix):
    ran = scan_here(joined(tmp_path, suffix), tmp_path / "kept")
    assert ran.code == 0
    assert ran.spans == [(25, 49), (115, 139), (200, 224), (290, 314)]
    assert "size changes from 192×144 to 160×120 at 00:00:07.0" in ran.err
    assert "Traceback" not in ran.err


def test_region_that_fits_the_first_size_only(tmp_path):
    """What was found before the change is kept, also the event that was open."""
    film = joined(tmp_path, ".ts", moves=((1.0, 2.0), (5.6, 7.0)))
    ran = scan_here(film, tmp_path / "kept", "--region", "0,0 190,0 190,140 0,140")
    assert ran.code == 2
    assert "Traceback" not in ran.err
    [line] = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert "outside the picture, which is 160×120" in line
    assert ran.spans == [(25, 49), (140, 174)]
    assert run_here("events", "kept", "--json").spans == ran.spans


def test_stills_of_two_sizes(tmp_path):
    write_stills(tmp_path / "yard", EVERY_200_MS)
    write_stills(tmp_path / "yard", EVERY_200_MS, size=LARGE, first=35)
    ran = scan_here("yard", tmp_path / "kept", "--fps", "5")
    assert ran.code == 0
    assert ran.spans == [(5, 9), (23, 27), (40, 44), (58, 62)]
    [warning] = [line for line in ran.err.splitlines() if line.startswith("warning: ")]
    assert "shot35.jpg: picture size changes from 160×120 to 192×144" in warning


@pytest.mark.parametrize("keep", [0.5, 0.02], ids=["half a picture", "half a header"])
def test_truncated_still_is_reported_and_the_others_used(tmp_path, keep):
    stills = write_stills(tmp_path / "yard", EVERY_200_MS)
    content = stills[7].read_bytes()
    stills[7].write_bytes(content[: int(len(content) * keep)])
    ran = scan_here("yard", tmp_path / "kept", "--fps", "5", "--masks", "masks")
    assert (ran.code, ran.spans) == (3, [(5, 9), (23, 27)])
    [line] = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert "shot7.jpg" in line
    written = {path.name for path in (tmp_path / "masks").iterdir()}
    assert written == {f"bin{number:06d}.png" for number in range(35) if number != 7}


def test_first_still_that_cannot_be_read(tmp_path):
    stills = write_stills(tmp_path / "yard", EVERY_200_MS)
    stills[0].write_bytes(b"")
    ran = scan_here("yard", tmp_path / "kept", "--fps", "5")
    assert (ran.code, ran.spans) == (3, [(5, 9), (23, 27)])


def test_stills_of_which_none_can_be_read(tmp_path):
    for path in write_stills(tmp_path / "yard", EVERY_200_MS[:3]):
        path.write_bytes(b"no picture")
    ran = scan_here("yard", tmp_path / "kept", "--fps", "5")
    assert (ran.code, ran.out) == (3, "")
    [line] = ran.err.splitlines()
    assert "no picture can be read" in line


def test_stills_without_any_time_ask_for_their_rate(tmp_path):
    write_stills(tmp_path / "yard", EVERY_200_MS[:3])
    ran = scan_here("yard", tmp_path / "kept")
    assert (ran.code, ran.out) == (2, "")
    [line] = ran.err.splitlines()
    assert "--fps" in line
