"""The page of an archive, in a real browser without a network."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from browsing import pick, press, requests_of, rows, text, type_into
from films import run_here, scan_here, write_film

keys = pytest.importorskip("selenium.webdriver.common.keys").Keys


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Scan two films, one with a name that wants to be a script, into one archive."""
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "door.mp4")
    write_film(tmp_path / "a<script>alert(1)<.mp4", metadata={})
    words = ["--clips", "copy", "--region", "left=0,0 80,0 80,120 0,120"]
    words += ["--region", "right=80,0 160,0 160,120 80,120", "--wall-start", "2026-05-04T12:00:00"]
    ran = run_here("scan", "door.mp4", "a<script>alert(1)<.mp4", "--out", "kept", *words)
    assert ran.code == 0
    return tmp_path / "kept"


def test_a_person_can_look_through_an_archive(archive: Path, browser) -> None:
    ran = run_here("report", "kept")
    assert (ran.code, ran.out) == (0, "kept/report.html\n")
    browser.get((archive / "report.html").as_uri())
    assert text(browser, "#summary").startswith("4 events in 2 sources · 00:00:04 of motion")
    assert len(rows(browser)) == 4
    assert "12:00:01" in rows(browser)[0].text
    assert "Event 1" in text(browser, "#detail h2")

    press(browser, keys.ARROW_DOWN)
    assert "Event 2" in text(browser, "#detail h2")
    press(browser, "j", "j", "j")
    assert "Event 2" in text(browser, "#detail h2")  # of the other source, the last
    assert "<script>" in text(browser, "#lane")
    press(browser, keys.HOME)
    assert "door.mp4" in text(browser, "#lane")

    type_into(browser, "f-score", "100000")
    assert (len(rows(browser)), text(browser, "#shown")) == (0, "0 of 4")
    assert "No event matches" in text(browser, "#detail")
    browser.find_element("css selector", "#filter button").click()
    pick(browser, "f-source", 2)
    assert text(browser, "#shown") == "2 of 4"
    assert "<script>" in text(browser, "#lane")
    pick(browser, "f-region", 1)
    assert "left" in rows(browser)[0].text
    for url in requests_of(browser):
        assert url.startswith(archive.as_uri())


# Of the name in the second row: whether its end can be seen, and its beginning.
ENDS_SHOWN = """
    const name = document.querySelectorAll(".row .path bdi")[1].firstChild;
    const row = name.parentNode.closest("div").getBoundingClientRect();
    const shown = (from, to) => {
      const range = document.createRange();
      range.setStart(name, from);
      range.setEnd(name, to);
      const box = range.getBoundingClientRect();
      return box.width > 0 && box.left >= row.left - 1 && box.right <= row.right + 1;
    };
    return [shown(name.length - 10, name.length), shown(0, 10)];
"""


def test_of_a_long_path_the_end_is_shown_which_tells_sources_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser
) -> None:
    monkeypatch.chdir(tmp_path)
    film = write_film(tmp_path / "door.mp4", times=[n / 25 for n in range(75)])
    names = [f"footage/{day}/of-the-camera-behind-the-house/{day}s.mp4" for day in ("mon", "tues")]
    for name in names:
        Path(name).parent.mkdir(parents=True)
        shutil.copyfile(film, name)
    assert len(run_here("scan", *names, "--out", "kept", "--json").records) == 2
    browser.get(Path(run_here("report", "kept").out.strip()).resolve().as_uri())
    assert browser.execute_script(ENDS_SHOWN) == [True, False]
    paths = browser.find_elements("css selector", ".row .path")
    assert [path.text for path in paths] == [name.removeprefix("footage/") for name in names]
    assert paths[1].get_attribute("title") == names[1]
    choices = [item.text for item in browser.find_elements("css selector", "#f-source option")]
    assert [choice[-9:] for choice in choices] == ["all", "/mons.mp4", "tuess.mp4"]
    assert max(map(len, choices)) <= 32


# Whether each pane shows all of itself or fills half of the window, and a row shows its text.
ROOM = """
    const detail = document.getElementById("detail"), list = document.getElementById("list");
    const text = document.querySelector(".row div"), row = text.parentElement;
    const lines = document.createRange();
    lines.selectNodeContents(text);
    return [
      detail.scrollHeight <= detail.clientHeight || detail.clientHeight >= innerHeight / 2,
      list.clientHeight >= innerHeight / 2,
      text.scrollHeight <= text.clientHeight,
      lines.getBoundingClientRect().bottom <= row.getBoundingClientRect().bottom,
    ];
"""


def test_choices_of_regions_differ_where_one_is_the_whole_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser
) -> None:
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "door.mp4")
    scan_here("door.mp4", "kept")
    run_here("report", "kept")
    browser.get((tmp_path / "kept" / "report.html").as_uri())
    choices = browser.find_elements("css selector", "#f-region option")
    assert [choice.text for choice in choices] == ["any", "all"]


@pytest.mark.parametrize("size", [(700, 1400), (500, 900), (820, 700)], ids=str)
def test_a_narrow_window_has_room_for_both_panes(archive: Path, browser, size) -> None:
    run_here("report", archive)
    browser.get((archive / "report.html").as_uri())
    before = browser.get_window_size()
    browser.set_window_size(*size)
    try:
        assert browser.execute_script(ROOM) == [True] * 4
    finally:
        browser.set_window_size(before["width"], before["height"])
    assert browser.execute_script(ROOM)[2:] == [True] * 2


# What stands beyond the window's edge, and times of events that are cut off.
BEYOND = """
    const all = [...document.querySelectorAll("header, header *, #over *, #filter *, #detail *")];
    const past = (e, edge) => e.getBoundingClientRect().right > edge + 0.5;
    const beyond = all.filter((e) => past(e, document.documentElement.clientWidth));
    const cut = [...document.querySelectorAll(".row b")].filter(
      (e) => past(e, e.parentElement.getBoundingClientRect().right));
    return [...beyond, ...cut].map((e) => `${e.tagName} ${e.id}`);
"""


def test_nothing_stands_beyond_the_edge_of_a_telephone(
    tmp_path: Path, browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = f"{'afolderwithoutspaces' * 4}/camera_{'of_the_street_' * 6}.mp4"
    Path(name).parent.mkdir()
    write_film(tmp_path / name)
    write_film(tmp_path / "b.mp4")
    region = f"{'thefrontdoor' * 4}=0,0 160,0 160,120 0,120"
    words = ["--region", region, "--wall-start", "2026-05-04T23:59:59", "--report"]
    assert run_here("scan", ".", "--out", "k" * 60, *words).code == 0
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 420, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    try:
        browser.get((tmp_path / ("k" * 60) / "report.html").as_uri())
        assert browser.execute_script(BEYOND) == []
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_clips_play_from_the_event_on(archive: Path, browser) -> None:
    run_here("report", archive)
    browser.get((archive / "report.html").as_uri())
    press(browser, keys.ARROW_DOWN)
    waited = browser.execute_async_script("""
        const done = arguments[0], clip = document.querySelector("video");
        const tell = () => clip.currentTime > 0 || clip.error
          ? done([clip.currentTime, clip.error && clip.error.message]) : setTimeout(tell, 20);
        tell();
    """)
    begins_s = float(next(archive.glob("door/event-0002*.mp4")).stem[-6:])
    assert waited[0] == pytest.approx(4.6 - begins_s, abs=0.05)
    assert waited[1] is None
    press(browser, " ")
    moving = """
        const [begun, done] = arguments, clip = document.querySelector("video");
        const look = () => clip.currentTime > begun + 0.1 ? done(true) : setTimeout(look, 20);
        look();
    """
    assert browser.execute_async_script(moving, waited[0])


def test_how_much_earlier_a_clip_begins_is_told_unless_it_is_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser
) -> None:
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "door.mp4")
    words = ("--clips", "encode", "--pre", "0", "--snapshots", "none")
    assert run_here("scan", "door.mp4", "--out", "with", *words).code == 0
    assert run_here("scan", "door.mp4", "--out", "before", "--clips", "encode").code == 0
    for name, said in (("with", "with the event"), ("before", "1.0 s before the event")):
        run_here("report", name)
        browser.get((tmp_path / name / "report.html").as_uri())
        assert text(browser, "#detail p.dim") == f"The clip begins {said}. Open the clip"


def test_the_time_line_says_what_is_under_the_pointer(archive: Path, browser) -> None:
    run_here("report", archive)
    browser.get((archive / "report.html").as_uri())
    canvas = browser.find_element("id", "scores")
    actions = pytest.importorskip("selenium.webdriver").ActionChains(browser)
    width = canvas.size["width"]
    actions.move_to_element_with_offset(canvas, round(width * (5.1 / 7 - 0.5)), 0).perform()
    tip = text(browser, "#tip")
    assert "00:00:05" in tip
    assert "event 2: foreground" in tip
    actions.click().perform()
    assert "Event 2" in text(browser, "#detail h2")
    press(browser, "+")
    assert browser.execute_script("return view.to - view.from") == pytest.approx(3.5, abs=0.1)
    press(browser, "0")
    assert browser.execute_script("return view.to - view.from") == pytest.approx(7, abs=0.1)


def test_paper_gets_a_table(archive: Path, browser) -> None:
    run_here("report", archive)
    browser.get((archive / "report.html").as_uri())
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert len(browser.find_elements("css selector", "#paper tr")) == 5
    browser.execute_script("window.dispatchEvent(new Event('afterprint'))")


def test_nothing_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser) -> None:
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "door.mp4", times=[n / 25 for n in range(20)])
    ran = scan_here("door.mp4", "kept", "--report")
    assert ran.code == 0
    assert "report: kept/report.html" in ran.err
    browser.get((tmp_path / "kept" / "report.html").as_uri())
    assert "Nothing moved" in text(browser, "#detail")


def test_an_archive_that_is_missing(tmp_path: Path) -> None:
    ran = run_here("report", tmp_path / "gone")
    assert (ran.code, ran.out) == (3, "")
    assert "no archive" in ran.err
