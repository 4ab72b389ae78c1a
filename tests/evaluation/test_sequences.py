"""What is found in a folder in the CDnet layout."""

import pytest

from motionlapse.errors import SourceError
from motionlapse.evaluation.sequences import find_sequences


@pytest.fixture
def folder(tmp_path):
    def make(name, pictures, truths):
        made = tmp_path / name
        (made / "input").mkdir(parents=True)
        (made / "groundtruth").mkdir()
        for number in pictures:
            (made / f"input/in{number:06d}.jpg").touch()
        for number in truths:
            (made / f"groundtruth/gt{number:06d}.png").touch()
        return made

    return make


def test_frames_are_matched_by_number(folder):
    made = folder("road", range(1, 6), [2, 4, 9])
    (made / "input/Thumbs.db").touch()
    (made / "input/notes.jpg").touch()
    [sequence] = find_sequences([made])
    assert sequence.name == "road"
    assert [path.name for path in sequence.pictures] == [f"in{n:06d}.jpg" for n in range(1, 6)]
    assert {number: path.name for number, path in sequence.truths.items()} == {
        2: "gt000002.png",
        4: "gt000004.png",
    }
    assert sequence.region is None


@pytest.mark.parametrize(("text", "scored"), [("2 3", [2, 3]), ("4 740\n", [4, 5]), ("0 1", [1])])
def test_only_what_the_temporal_region_names_is_scored(folder, text, scored):
    made = folder("road", range(1, 6), range(1, 6))
    (made / "temporalROI.txt").write_text(text)
    [sequence] = find_sequences([made])
    assert list(sequence.truths) == scored
    assert len(sequence.pictures) == 5


def test_a_temporal_region_that_makes_no_sense(folder):
    made = folder("road", [1], [1])
    (made / "temporalROI.txt").write_text("from the start")
    with pytest.raises(SourceError, match=r"temporalROI\.txt: holds 'from the start'"):
        find_sequences([made])


def test_folders_of_the_same_name_are_told_apart(folder):
    one, two = folder("a/road", [1], [1]), folder("b/road", [1], [1])
    assert [sequence.name for sequence in find_sequences([one, two])] == ["road", "road-2"]


def test_folders_that_hold_nothing_to_score(folder, tmp_path):
    folder("road", [1, 2], [3])
    with pytest.raises(
        SourceError, match=r"nothing to score: 2 pictures in input/, 1 in groundtruth/"
    ):
        find_sequences([tmp_path / "road"])
    with pytest.raises(
        SourceError, match=r"has no input/ and groundtruth/; .*name them, such as .*road"
    ):
        find_sequences([tmp_path])
    with pytest.raises(SourceError, match="no such folder"):
        find_sequences([tmp_path / "raod"])


def test_two_pictures_with_one_number(folder):
    made = folder("road", [1], [1])
    (made / "input/in000001.png").touch()
    with pytest.raises(SourceError, match=r"in000001\.png: in000001\.jpg has the same number"):
        find_sequences([made])
