"""Two pictures or two folders, as a person compares them."""

import json
import shutil

import cv2
import numpy as np
import pytest
from films import picture, run_here
from PIL import Image

from motionlapse.measures import MEASURES

EMPTY, BUSY = 0.0, 1.3
ALONE = "pictures have no partner and are not compared"


def save(name, image):
    cv2.imwrite(str(name), image)
    return str(name)


@pytest.fixture
def pair(tmp_path):
    rng = np.random.default_rng(1)
    return [
        save(tmp_path / name, cv2.add(picture(time_s), rng.integers(0, 4, (120, 160, 3), np.uint8)))
        for name, time_s in (("before.png", EMPTY), ("after.png", BUSY))
    ]


def test_every_measure_is_in_the_table_and_the_mover_in_the_rectangle(pair):
    ran = run_here("compare", *pair)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].split() == ["measure", "value", "identical", "reading", "detail"]
    assert [line.split()[0] for line in lines[1:-1]] == list(MEASURES)
    assert lines[-1].startswith("changed: ")
    width, height, x, y = (
        int(number) for number in lines[-1].split(" (")[0].replace("×", " ").replace(",", " ")
        .replace("changed:", "").replace("at", "").split()
    )  # fmt: skip
    assert abs(x - 91) < 5
    assert abs(y - 60) < 5
    assert abs(width - 30) < 8
    assert abs(height - 30) < 8


def test_json_has_one_object_a_measure(pair):
    ran = run_here("compare", *pair, "--json", "--measure", "psnr", "--measure", "bounding_box")
    assert [list(record) for record in ran.records] == [
        ["measure", "value", "identical", "reading", "detail"]
    ] * 2
    psnr, box = ran.records
    assert (psnr["measure"], psnr["identical"]) == ("psnr", None)  # JSON has no infinity
    assert 5 < psnr["value"] < 40
    assert set(box["detail"]) == {"x", "y", "width", "height"}
    same = run_here("compare", pair[0], pair[0], "--json")
    assert {record["reading"] for record in same.records} == {"as if identical"}
    assert len(same.records) == len(MEASURES)


def test_two_equal_pictures_have_changed_nowhere(pair):
    ran = run_here("compare", pair[0], pair[0])
    assert ran.out.splitlines()[-1] == "changed: nothing beyond noise and light"


def test_a_picture_that_went_black_has_changed(pair, tmp_path):
    black = save(tmp_path / "black.png", np.zeros((120, 160, 3), np.uint8))
    ran = run_here("compare", pair[0], black, "--fail-if", "background>0.1%")
    assert ran.code == 5
    assert ran.out.splitlines()[-1] == "changed: everything; one of the two has no contrast"


@pytest.mark.parametrize(
    ("condition", "code"),
    [("ssim<0.95", 5), ("ssim<0.1", 0), ("background>1%", 5), ("psnr>=99", 0), ("mse > 1", 5)],
)
def test_scripts_can_fail_on_a_value(pair, condition, code):
    ran = run_here("compare", *pair, "--fail-if", condition, "--measure", "ncc", "--json")
    assert ran.code == code
    assert [record["measure"] for record in ran.records] == ["ncc"]
    assert ("holds" in ran.err) == (code == 5)


def test_equal_pictures_never_fail_psnr(pair):
    assert run_here("compare", pair[0], pair[0], "--fail-if", "psnr<60", "--json").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--measure", "sim"], "no measure 'sim'; did you mean 'ssim'"),
        (["--fail-if", "ssim=1"], "write a measure, <, <=, > or >=, and a number"),
        (["--fail-if", "ssim<nan"], "write a measure"),
        (["--fail-if", "sim<1"], "did you mean 'ssim'"),
        (["--diff", "d.gif"], "must end in .png"),
        (["--match"], "--match needs two folders"),
        (["--resize", "0"], "not a width"),
        (["--normalize", "all"], "'none', 'stretch', 'mean' or 'clahe'"),
        (["--align", "turn"], "'none', 'shift' or 'ecc'"),
        (["--blur", "-1"], "greater than or equal to 0"),
        (["--region", "0,0 500,0 500,90"], "outside the picture"),
    ],
)
def test_mistakes_of_use_get_one_line(pair, words, said):
    ran = run_here("compare", *pair, *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


def test_two_sizes_are_named_with_the_way_out(pair, tmp_path):
    other = save(tmp_path / "small.png", cv2.resize(picture(0), (80, 60)))
    ran = run_here("compare", pair[0], other)
    assert ran.code == 2
    assert "160×120 and 80×60" in ran.err
    assert "--resize" in ran.err
    assert run_here("compare", pair[0], other, "--resize", "64", "--json").code == 0


def test_what_cannot_be_read_is_told(pair, tmp_path):
    whole = (tmp_path / "whole.jpg", tmp_path / "cut.jpg")
    cv2.imwrite(str(whole[0]), picture(0))
    whole[1].write_bytes(whole[0].read_bytes()[:2000])
    ran = run_here("compare", whole[0], whole[1])
    assert (ran.code, ran.out) == (3, "")
    assert "cut.jpg: cannot be read" in ran.err
    assert run_here("compare", pair[0], "none.png").code == 3
    assert run_here("compare", pair[0], tmp_path).code == 2


def test_sixteen_bits_palette_alpha_and_grey_are_pictures_too(tmp_path):
    grey = cv2.cvtColor(picture(BUSY), cv2.COLOR_BGR2GRAY)
    save(tmp_path / "grey.png", grey)
    save(tmp_path / "deep.png", grey.astype(np.uint16) * 257)
    Image.fromarray(grey).convert("RGB").convert("P", palette=1, colors=256).save(
        tmp_path / "palette.png"
    )
    Image.fromarray(grey).convert("RGBA").save(tmp_path / "alpha.png")
    for name in ("deep", "palette", "alpha"):
        ran = run_here("compare", "grey.png", f"{name}.png", "--json", "--measure", "manhattan")
        assert ran.code == 0
        assert ran.records[0]["value"] < 2
    clear = Image.new("RGBA", (160, 120), (255, 255, 255, 0))
    clear.save(tmp_path / "clear.png")
    save(tmp_path / "black.png", np.zeros((120, 160, 3), np.uint8))
    ran = run_here("compare", "clear.png", "black.png", "--json", "--measure", "manhattan")
    assert ran.records[0]["value"] == 0


def test_the_difference_picture_outlines_the_mover(pair, tmp_path):
    assert run_here("compare", *pair, "--diff", "out/d.png", "--measure", "mse").code == 0
    drawn = cv2.imread(str(tmp_path / "out" / "d.png"))
    assert drawn.shape == (240 + 34, 3 * 320 + 2 * 8, 3)  # small pictures are enlarged
    green = (drawn == (60, 220, 60)).all(axis=2)
    for panel in range(3):
        y, x = np.nonzero(green[34:, panel * 328 : panel * 328 + 320])
        assert abs(x.min() / 2 - 91) < 6
        assert abs(y.min() / 2 - 60) < 6
    heat = drawn[34:, 656:].max(axis=2)
    assert heat[150, 210] > 200  # inside
    assert heat[30:80, 20:].max() < 80
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["d.png"]


def test_a_difference_picture_that_cannot_be_written(pair):
    ran = run_here("compare", *pair, "--diff", "/proc/d.png")
    assert ran.code == 4
    assert "/proc/d.png: cannot be written" in ran.err


def test_preparation_does_what_it_says(pair, tmp_path):
    def value(measure, *words):
        ran = run_here("compare", *words, "--json", "--measure", measure)
        assert ran.code == 0, ran.err
        return ran.records[0]["value"]

    assert value("manhattan", *pair, "--ignore", "10%,40% 90%,40% 90%,90% 10%,90%") < 2
    assert value("manhattan", *pair, "--region", "60%,50% 75%,50% 75%,75% 60%,75%") > 40
    assert value("manhattan", *pair, "--blur", "4", "--gray") < value("manhattan", *pair)
    dim = save(tmp_path / "dim.png", (cv2.imread(pair[0]) * 0.5).astype(np.uint8))
    plain = value("manhattan", pair[0], dim)
    for how in ("stretch", "mean"):
        assert value("manhattan", pair[0], dim, "--normalize", how) < 0.2 * plain
    shaded = cv2.imread(pair[0]) * np.linspace(0.4, 1, 160)[None, :, None]
    words = (pair[0], save(tmp_path / "shaded.png", shaded.astype(np.uint8)))
    assert value("ncc", *words, "--normalize", "clahe") > value("ncc", *words)
    moved = save(tmp_path / "moved.png", np.roll(cv2.imread(pair[0]), (3, 5), (0, 1)))
    for how in ("shift", "ecc"):
        aligned = value("manhattan", pair[0], moved, "--align", how)
        assert aligned < 0.6 * value("manhattan", pair[0], moved)


def folders(tmp_path):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    for number, time_s in enumerate((0.0, 1.2, 1.7)):
        save(tmp_path / "old" / f"s{number}.png", picture(time_s))
    return tmp_path / "old", tmp_path / "new"


def test_folders_pair_by_name(tmp_path):
    old, new = folders(tmp_path)
    shutil.copyfile(old / "s0.png", new / "s0.png")
    shutil.copyfile(old / "s0.png", new / "s1.png")
    (new / "s2.png").write_bytes(b"no picture")
    save(new / "s9.png", picture(0))
    ran = run_here("compare", old, new, "--diff", "diffs", "--fail-if", "background>0")
    assert ran.code == 3
    assert [line.split()[0][-6:] for line in ran.out.splitlines()[1:]] == ["s0.png", "s1.png"]
    assert "s9.png: has no partner" in ran.err
    assert "s2.png: not a picture" in ran.err
    assert sorted(path.name for path in (tmp_path / "diffs").iterdir()) == ["s0.png", "s1.png"]
    (new / "s2.png").unlink()
    found = run_here("compare", old, new, "--json", "--measure", "mse", "--fail-if", "mse>0")
    assert found.code == 5
    assert [record["value"] == 0 for record in found.records] == [True, False]
    assert found.records[0]["before"].endswith("s0.png")


def test_who_has_a_namesake_is_paired_with_it(tmp_path):
    old, new = (tmp_path / name for name in ("of_before", "of_after"))
    for folder, names in ((old, ("a.jpg", "a.png")), (new, ("a.png",))):
        folder.mkdir()
        for name in names:
            save(folder / name, picture(0))
    ran = run_here("compare", old, new, "--json", "--measure", "mse")
    assert [(r["before"][-5:], r["after"][-5:]) for r in ran.records] == [("a.png", "a.png")]
    assert "a.jpg: has no partner" in ran.err


def test_pictures_of_other_shapes_cannot_be_brought_to_one_width(tmp_path):
    for name, shape in (("a.png", (48, 64, 3)), ("b.png", (36, 64, 3)), ("c.png", (24, 32, 3))):
        save(tmp_path / name, np.zeros(shape, np.uint8))
    ran = run_here("compare", tmp_path / "a.png", tmp_path / "b.png")
    assert ran.code == 2
    assert "their proportions differ" in ran.err
    assert "--resize" in run_here("compare", tmp_path / "a.png", tmp_path / "c.png").err


def test_folders_pair_by_looks(tmp_path):
    old, new = folders(tmp_path)
    for number, name in enumerate(("c.jpg", "a.jpg", "b.jpg")):
        save(new / name, cv2.imread(str(old / f"s{number}.png")))
    assert run_here("compare", old, new).code == 2
    ran = run_here("compare", old, new, "--match", "--json", "--measure", "psnr")
    assert ran.code == 0
    assert [record["after"][-5:] for record in ran.records] == ["c.jpg", "a.jpg", "b.jpg"]
    assert min(record["value"] for record in ran.records) > 30


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "new/s10.png: has no partner; not compared"),
        (2, f"2 {ALONE}: new/s10.png, new/s11.png"),
        (6, f"6 {ALONE}: new/s10.png, new/s11.png, new/s12.png and 3 more (--verbose names them)"),
    ],
)
def test_pictures_without_a_partner_are_told_in_one_line(tmp_path, monkeypatch, count, said):
    monkeypatch.chdir(tmp_path)
    folders(tmp_path)
    for number in (0, 1, 2, *range(10, 10 + count)):
        shutil.copyfile("old/s0.png", f"new/s{number}.png")
    for words in ((), ("--match",)):
        ran = run_here("compare", "old", "new", "--measure", "mse", *words)
        assert (ran.code, len(ran.err.splitlines())) == (0, 1)
        assert words or ran.err == f"warning: {said}\n"
    lines = run_here("compare", "old", "new", "--measure", "mse", "--verbose").err.splitlines()
    assert sum("new/s1" in line for line in lines) == 1 + max(0, count - 3)


def test_list_measures_tells_all_of_them():
    ran = run_here("list", "measures", "--json")
    assert [json.loads(line)["measure"] for line in ran.out.splitlines()] == list(MEASURES)
    assert set(ran.records[0]) >= {"identical", "worst", "direction", "cost_ms", "good", "bad"}
    table = run_here("list", "measures").out
    assert all(f"\n{name} " in table for name in MEASURES)
