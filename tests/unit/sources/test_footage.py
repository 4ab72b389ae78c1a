from __future__ import annotations

from pathlib import Path

import pytest

from motionlapse.errors import SourceError
from motionlapse.sources.footage import Footage, find_footage, natural_key, one_footage


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(*names: str) -> list[Footage]:
    items = list(find_footage(names))
    assert all(isinstance(item, Footage) for item in items), items
    return [item for item in items if isinstance(item, Footage)]


def error(name: str) -> str:
    (item,) = find_footage([name])
    assert isinstance(item, SourceError)
    return str(item)


@pytest.mark.parametrize(
    "names",
    [
        ["shot1", "shot2", "shot10"],
        ["2.jpg", "10.jpg", "a.jpg"],
        ["Cam2", "cam10"],
        ["1", "a", "a1", "a1b"],
    ],
)
def test_natural_order(names: list[str]) -> None:
    paths = [Path(name) for name in names]
    shuffled = paths[::-1]
    assert sorted(shuffled, key=natural_key) == paths


def test_a_film_is_a_source_named_as_typed(folder: Path) -> None:
    touch("clips/door.mp4")
    (item,) = found("clips/door.mp4")
    assert (item.name, item.label, item.stills) == ("clips/door.mp4", "door", ())


def test_a_folder_means_its_films_searched_downwards(folder: Path) -> None:
    touch("in/b10.MP4", "in/b2.mkv", "in/deep/a.avi", "in/notes.txt")
    assert [item.name for item in found("in")] == ["in/b2.mkv", "in/b10.MP4", "in/deep/a.avi"]


def test_a_folder_of_pictures_is_one_source_in_natural_order(folder: Path) -> None:
    touch("yard/p10.jpg", "yard/p9.JPG", "yard/p1.png", "yard/readme.md")
    (item,) = found("yard")
    assert item.label == "yard"
    assert item.path == Path("yard")
    assert [path.name for path in item.stills] == ["p1.png", "p9.JPG", "p10.jpg"]


def test_films_beside_pictures_warn_once_and_win(folder: Path) -> None:
    touch("mixed/a.mp4", "mixed/b.mp4", "mixed/1.jpg", "mixed/2.jpg")
    first, second = found("mixed")
    assert first.warning == "mixed: holds films and 2 pictures; the pictures are not read"
    assert (first.stills, second.stills, second.warning) == ((), (), "")


def test_one_picture_beside_films_is_told_as_one(folder: Path) -> None:
    touch("mixed/a.mp4", "mixed/1.jpg")
    (only,) = found("mixed")
    assert only.warning == "mixed: holds films and 1 picture; the picture is not read"


def test_no_warning_without_pictures_beside_the_films(folder: Path) -> None:
    touch("films/a.mp4", "films/thumbs/a.jpg")
    assert [item.warning for item in found("films")] == [""]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("highway/input", "highway"),
        ("a/images", "a"),
        ("a/frames", "a"),
        ("a/yard", "yard"),
        ("films.jpg/x", "x"),
    ],
)
def test_stills_are_labelled_by_a_folder_that_says_something(
    folder: Path, name: str, label: str
) -> None:
    touch(f"{name}/in000001.jpg")
    assert found(name)[0].label == label


def test_the_current_folder_has_its_own_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch("garden/1.jpg")
    monkeypatch.chdir(folder / "garden")
    assert found(".")[0].label == "garden"


def test_globs(folder: Path) -> None:
    touch("c/a10.mp4", "c/a9.mp4", "c/d/b.mp4", "c/x.txt")
    assert [item.name for item in found("c/a*.mp4")] == ["c/a9.mp4", "c/a10.mp4"]
    assert [item.name for item in found("c/**/b.mp4")] == ["c/d/b.mp4"]


def test_a_name_with_magic_in_it_is_a_file_first(folder: Path) -> None:
    touch("door[1].mp4")
    assert [item.name for item in found("door[1].mp4")] == ["door[1].mp4"]


def test_pictures_named_one_by_one_are_one_source_a_folder(folder: Path) -> None:
    touch("a/p10.jpg", "a/p2.jpg", "b/1.jpg", "film.mp4")
    first, film, second = found("a/p10.jpg", "a/p2.jpg", "film.mp4", "b/1.jpg")
    assert [path.name for path in first.stills] == ["p2.jpg", "p10.jpg"]
    assert (first.name, film.name, second.name) == ("a", "film.mp4", "b/1.jpg")


def test_what_leads_nowhere_is_an_error_in_its_place(folder: Path) -> None:
    touch("a.mp4", "empty/notes.txt", "above/below/1.jpg")
    items = list(find_footage(["gone.mp4", "a.mp4"]))
    assert [type(item) for item in items] == [SourceError, Footage]
    assert error("gone.mp4") == "gone.mp4: no such file or folder"
    assert error("*.mkv") == "*.mkv: no file matches"
    assert error("empty") == "empty: a folder without films or pictures"
    assert error("above").endswith("there are pictures in above/below")


def test_a_link_to_nothing_is_told_and_the_rest_is_found(folder: Path) -> None:
    touch("in/a.mp4", "yard/1.jpg")
    for link in ("in/b.mp4", "yard/2.jpg", "alone.mp4", "in/notes.txt"):
        Path(link).symlink_to("gone")
    film, fault = find_footage(["in"])
    assert isinstance(film, Footage)
    assert str(fault) == "in/b.mp4: a link to gone, which is not there"
    assert one_footage("in") == film
    # A dead link among other pictures is reported when the stills are read.
    assert [path.name for path in found("yard")[0].stills] == ["1.jpg", "2.jpg"]
    assert error("alone.mp4") == "alone.mp4: a link to gone, which is not there"


def test_one_film_behind_several_links_is_one_source_and_one_line_says_so(folder: Path) -> None:
    touch("in/a.mp4", "other/z.mp4")
    for name in ("b", "c"):
        Path(f"in/{name}.mp4").symlink_to("a.mp4")
    assert [item.name for item in found("in")] == ["in/a.mp4"]
    (item,) = found("in")
    assert item.warning == "in/b.mp4 and in/c.mp4: links to in/a.mp4, which is read once"
    Path("in/d.mp4").symlink_to("../other/z.mp4")
    first, second = found("in", "other")
    assert (first.name, second.name) == ("in/a.mp4", "other/z.mp4")
    assert first.warning == (
        "in/b.mp4 and 2 more: links to in/a.mp4 and 1 more, each of which is read once"
    )
    assert second.warning == ""


def test_a_link_in_a_folder_to_another_of_its_pictures_is_told_and_not_read(folder: Path) -> None:
    touch("yard/1.jpg", "yard/2.jpg", "other/9.jpg")
    Path("yard/0.jpg").symlink_to("2.jpg")
    for name in ("7", "8"):
        Path(f"yard/{name}.jpg").symlink_to("../other/9.jpg")
    Path("yard/9.jpg").symlink_to("gone")
    (item,) = found("yard")
    assert [path.name for path in item.stills] == ["1.jpg", "2.jpg", "7.jpg", "9.jpg"]
    assert item.warning == (
        "yard/0.jpg and yard/8.jpg: links to yard/2.jpg and 1 more, each of which is read once"
    )


def test_links_among_pictures_that_are_named_one_by_one_are_told(folder: Path) -> None:
    touch("a/1.jpg", "a/2.jpg", "b/7.jpg")
    Path("a/newest.jpg").symlink_to("2.jpg")
    Path("b/8.jpg").symlink_to("../a/1.jpg")
    names = ["a/1.jpg", "a/2.jpg", "a/newest.jpg"]
    (item,) = found(*names, "./a/1.jpg")
    assert [path.name for path in item.stills] == ["1.jpg", "2.jpg"]
    assert item.warning == "a/newest.jpg: a link to a/2.jpg, which is read once"
    first, second = found("b/7.jpg", *names, "b/8.jpg")
    assert second.warning == (
        "a/newest.jpg and b/8.jpg: links to a/2.jpg and 1 more, each of which is read once"
    )
    assert first.warning == ""


def test_of_a_link_and_what_it_leads_to_the_link_is_left_out_also_where_it_comes_first(
    folder: Path,
) -> None:
    touch("a/b_2024-05-04_12-00-00.jpg", "a/b_2024-05-04_12-00-02.jpg", "in/z.mp4")
    Path("a/Latest.jpg").symlink_to("b_2024-05-04_12-00-02.jpg")
    Path("in/a.mp4").symlink_to("z.mp4")
    Path("also").symlink_to("in")
    names = sorted(str(path) for path in Path("a").iterdir())
    (item,) = found(*names)
    assert [str(path) for path in item.stills] == names[1:]
    assert item.warning == f"a/Latest.jpg: a link to {names[2]}, which is read once"
    for named in (("in",), ("in/a.mp4", "in/z.mp4")):
        (item,) = found(*named)
        assert (item.name, item.warning) == (
            "in/z.mp4",
            "in/a.mp4: a link to in/z.mp4, which is read once",
        )
    (item,) = found("also/z.mp4", "in/z.mp4")
    assert item.warning == "also/z.mp4: a link to in/z.mp4, which is read once"


def test_links_that_lead_in_a_circle_are_told_by_who_reads_them(folder: Path) -> None:
    touch("yard/1.jpg")
    Path("yard/2.jpg").symlink_to("3.jpg")
    Path("yard/3.jpg").symlink_to("2.jpg")
    for name in ("yard", "yard/*.jpg"):
        (item,) = found(name)
        assert [path.name for path in item.stills] == ["1.jpg", "2.jpg", "3.jpg"]


def test_a_film_that_is_named_twice_needs_no_word(folder: Path) -> None:
    touch("in/a.mp4")
    (item,) = found("in", "in/a.mp4", "./in/*.mp4", str(folder / "in" / "a.mp4"))
    assert item.warning == ""


def test_clips_that_an_archive_below_the_footage_keeps_are_told_and_not_read(folder: Path) -> None:
    clips = "captures/a/event-0001_00-00-04.400.mp4", "captures/b/event-0012_00-00-09.000.mkv"
    touch("in/a.mp4", "in/captures/archive.sqlite", *(f"in/{clip}" for clip in clips))
    (item,) = found("in")
    assert item.name == "in/a.mp4"
    assert item.warning == "2 clips of the archive in/captures are not read"
    touch("in/old/archive.sqlite", "in/old/event-0001_00-00-01.000.mp4")
    assert found("in")[0].warning == (
        "3 clips of the archive in/captures and 1 more archive are not read"
    )


def test_footage_in_the_folder_of_an_archive_is_read(folder: Path) -> None:
    touch("in/archive.sqlite", "in/a.mp4", "in/a/event-0001_00-00-04.400.mp4", "in/event-1.mp4")
    touch("other/event-0001_00-00-04.400.mp4")
    assert [item.name for item in found("in")] == ["in/a.mp4", "in/event-1.mp4"]
    assert [item.name for item in found("other")] == ["other/event-0001_00-00-04.400.mp4"]


def test_a_folder_of_an_archive_that_is_named_itself_is_read(folder: Path) -> None:
    clip = "captures/a/event-0001_00-00-04.400.mp4"
    touch("captures/archive.sqlite", clip)
    assert [item.name for item in found("captures/a")] == [clip]
    assert [item.name for item in found("captures/*/*.mp4")] == [clip]
    assert error("captures") == (
        "captures: a folder without films or pictures; 1 clip of the archive captures is not read, "
        "unless named"
    )
