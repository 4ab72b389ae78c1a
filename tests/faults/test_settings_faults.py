"""Settings that cannot be meant: exit 2, one line that says where and what, nothing written."""

import pytest
from films import run_here, write_film, write_stills


@pytest.fixture
def refused(film, tmp_path):
    """Scan a good film and give the one line on stderr; nothing may have been kept."""
    film("door.mp4")

    def scan(*words, environ=None):
        ran = run_here("scan", "door.mp4", "--out", "kept", *words, environ=environ)
        assert (ran.code, ran.out) == (2, "")
        assert not (tmp_path / "kept").exists()
        [line] = ran.err.splitlines()
        return line

    return scan


def configured(folder, text):
    (folder / "motionlapse.toml").write_text(text)


def test_region_outside_the_picture(refused):
    line = refused("--region", "100,10 170,10 170,90")
    assert "100,10 170,10 170,90" in line
    assert "160×120" in line


def test_region_of_two_corners(refused):
    assert "a polygon needs three" in refused("--region", "10,10 50,50")


def test_region_that_is_no_polygon(refused):
    assert "door=here" in refused("--region", "door=here")


def test_regions_that_leave_nothing_to_watch(refused):
    assert "nothing to watch" in refused("--ignore", "0,0 100%,0 100%,100% 0,100%")


def test_mask_image_that_is_missing(refused):
    assert "area.png" in refused("--mask-image", "area.png")


def test_unknown_key_gets_the_nearest(refused, tmp_path):
    configured(tmp_path, "[decision]\nhodl = 3\n")
    line = refused()
    assert "./motionlapse.toml: unknown key 'decision.hodl'" in line
    assert "did you mean 'decision.hold'?" in line


def test_unknown_key_of_set_gets_the_nearest(refused):
    assert "did you mean 'decision.enter'?" in refused("--set", "decision.entre=0.1")


def test_unknown_key_of_the_environment_gets_the_nearest(refused):
    line = refused(environ={"MOTIONLAPSE__DECISION__MERG": "1s"})
    assert "MOTIONLAPSE__DECISION__MERG" in line
    assert "did you mean 'decision.merge'?" in line


def test_wrong_value_in_the_file_names_file_and_key(refused, tmp_path):
    configured(tmp_path, '[decision]\nhold = "long"\n')
    line = refused()
    assert "./motionlapse.toml: decision.hold: 'long'" in line


def test_toml_syntax_error_names_file_and_line(refused, tmp_path):
    configured(tmp_path, "[decision]\nhold = = 3\n")
    line = refused()
    assert "motionlapse.toml" in line
    assert "line 2" in line


def test_config_that_is_missing(refused):
    assert "elsewhere.toml" in refused("--config", "elsewhere.toml")


def test_wrong_value_of_set_names_its_key_once(refused):
    line = refused("--set", "decision.hold=xx")
    assert line.startswith("error: --set decision.hold: 'xx' is not a duration")


def test_start_after_the_end(refused):
    line = refused("--start", "5", "--end", "3")
    assert "end (3 s) must be after start (5 s)" in line


def test_exit_above_enter(refused):
    assert "below enter" in refused("--enter", "1%", "--exit", "2%")


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--hold", "soon", "'soon' is not a duration"),
        ("--enter", "7", "'7' is not a share"),
        ("--scale", "17", "'17' is not a scale"),
        ("--snapshots", "bset", "'bset' is not a choice of snapshots"),
        ("--background", "gausian", "did you mean 'gaussian'?"),
        ("--wall-start", "yesterday", "'yesterday' is not a date and time"),
        ("--duration", "0", "duration must be above 0"),
        ("--set", "decision.hold", "section.key=value"),
    ],
)
def test_flag_with_a_wrong_value(refused, flag, value, said):
    assert said in refused(flag, value)


@pytest.mark.parametrize(
    "words",
    [
        ("--layers", "mask"),
        ("--layers", "mask", "--masks", "folder"),
        ("--film-size", "320", "--set", "sinks.masks=folder"),
    ],
)
def test_flags_of_the_film_of_masks_without_one(refused, words):
    assert f"{words[0]} applies only to the film of --masks; add --masks FILM.mp4" in refused(
        *words
    )


def test_fps_of_a_film(refused, film, tmp_path):
    assert "--fps is for stills; door.mp4 is a film" in refused("--fps", "5")
    ran = run_here("explain", film("other.mp4"), "--fps", "5", "--at", "1s")
    assert (ran.code, ran.out) == (2, "")
    assert "--fps is for stills" in ran.err


def test_what_is_of_no_use_for_this_footage_may_stand_in_a_file(film, tmp_path):
    film("door.mp4")
    configured(tmp_path, '[sinks]\nlayers = "mask"\n[sources]\nfps = 5\n')
    assert run_here("scan", "door.mp4", "--out", "kept").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("scan", "door.mp4", "--start", "1m"),
            "--start 00:01:00.0 is after its end at 00:00:07.0",
        ),
        (("scan", "door.mp4", "--start", "6.99"), "there is no picture from --start 00:00:07.0 on"),
        (("scan", "bare.h264", "--start", "1m"), "there is no picture from --start 00:01:00.0 on"),
        (("scan", "yard", "--fps", "5", "--start", "1m"), "no still lies between --start and"),
        (("explain", "door.mp4", "--at", "1m"), "--at 00:01:00.0: door.mp4 ends at 00:00:07.0"),
        (("explain", "bare.h264", "--at", "1m"), "--at 00:01:00.0: bare.h264 ends at 00:00:07.0"),
        (("explain", "door.mp4", "--at", "1", "--start", "2"), "is before --start 00:00:02.0"),
    ],
)
def test_times_outside_the_footage_are_faults_of_the_flag(film, tmp_path, words, said):
    film("door.mp4")
    write_film(tmp_path / "bare.h264")
    write_stills(tmp_path / "yard", [0.0] * 5)
    ran = run_here(*words)
    assert (ran.code, ran.out) == (2, "")
    [line] = ran.err.splitlines()
    assert said in line


def test_of_several_films_one_that_ends_before_start_costs_itself_alone(film, tmp_path):
    film("door.mp4")
    write_film(tmp_path / "short.mp4", times=[index / 25 for index in range(50)])
    ran = run_here("scan", "short.mp4", "door.mp4", "--start", "3", "--json")
    assert (ran.code, ran.spans) == (2, [(115, 139)])


def test_workers_of_a_cluster_are_its_own(refused):
    line = refused("--workers", "2", "--cluster", "tcp://127.0.0.1:9")
    assert line.endswith("--workers is for scans on this machine; a --cluster has its own workers")
