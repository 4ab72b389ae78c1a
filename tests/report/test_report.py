"""The page of an archive, in a real browser without a network."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from browsing import requests_of
from films import run_here, scan_here, write_film

from motionlapse.report.packed_scores import packed_scores
from motionlapse.report.thumbnails import MOST_BYTES, thumbnail
from motionlapse.sinks.archive_schema import FILE_NAME, make_database
from motionlapse.sinks.score_bins import ScoreBin, ScoreBins
from motionlapse.types import State

keys = pytest.importorskip("selenium.webdriver.common.keys").Keys


def text(browser, selector):
    return browser.find_element("css selector", selector).text


def rows(browser):
    return browser.find_elements("css selector", ".row")


def press(browser, *words):
    browser.find_element("id", "list").send_keys(*words)


def type_into(browser, field, words):
    box = browser.find_element("id", field)
    box.clear()
    box.send_keys(words)


def pick(browser, field, place):
    select = pytest.importorskip("selenium.webdriver.support.ui").Select
    select(browser.find_element("id", field)).select_by_index(place)


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
    assert "No event passes" in text(browser, "#detail")
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
    moving = "const v = document.querySelector('video'), t = v.currentTime, done = arguments[0];"
    moving += "v.addEventListener('timeupdate', () => { if (v.currentTime > t + 0.1) done(true); })"
    assert browser.execute_async_script(moving)


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


# ---- five thousand events ------------------------------------------------------------------------


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """Make an archive of a day with 5,000 events, as many scans would leave it."""
    folder = tmp_path / "day"
    folder.mkdir()
    noise = np.random.default_rng(5)
    (folder / "gate").mkdir()
    picture = cv2.resize(noise.integers(0, 256, (9, 16, 3), np.uint8), (320, 180))
    cv2.imwrite(str(folder / "gate" / "event.jpg"), picture)
    mask = np.zeros((135, 240), np.uint8)
    mask[40:90, 100:140] = 255
    png = cv2.imencode(".png", mask, [cv2.IMWRITE_PNG_BILEVEL, 1])[1].tobytes()
    make_database(folder / FILE_NAME)
    bins, chunks = ScoreBins(), []
    chunks += [bins.add(n / 2, float(noise.random()) * 3, State.QUIET) for n in range(172_800)]
    chunks.append(bins.take())
    with sqlite3.connect(folder / FILE_NAME) as db:
        db.execute("INSERT INTO sources VALUES (1, '../gate.mp4', 'gate', 'recording', 5000)")
        db.execute(
            "INSERT INTO runs VALUES"
            " (1, 1, '2026', '0', '{}', 960, 540, ?, 'done', 1, ?, '[]', '{}', '')",
            (datetime(2026, 5, 4, tzinfo=UTC).isoformat(), 86_400.0),
        )
        for number in range(1, 5001):
            start = number * 17.0
            pictured = number <= 400 or number == 5000  # thumbnails of all would take half a minute
            db.execute(
                f"INSERT INTO events VALUES ({', '.join('?' * 18)})",
                [
                    *(1, number, 1, start, start + 4, 0, 1, None, None, start + 1, 0),
                    *(
                        2.0 + number % 50,
                        0.01,
                        "foreground",
                        "quiet",
                        '["all"]',
                        png if pictured else b"",
                        None,
                    ),
                ],
            )
            if pictured:
                query = "INSERT INTO snapshots VALUES (NULL, 1, ?, 'gate/event.jpg', ?, 0, 1)"
                db.execute(query, (number, start))
        db.executemany("INSERT INTO scores VALUES (1, ?, ?)", [chunk for chunk in chunks if chunk])
    return folder


_SCROLL = """
    const done = arguments[0], list = document.getElementById("list"), gaps = [];
    let last = performance.now(), count = 0;
    function tick(now) {
      gaps.push(now - last);
      last = now;
      list.scrollTop = (list.scrollHeight - list.clientHeight) * (count / 120);
      if (++count <= 120) requestAnimationFrame(tick);
      else done([Math.max(...gaps), document.querySelectorAll(".row").length,
                 performance.getEntriesByType("navigation")[0].loadEventEnd]);
    }
    requestAnimationFrame(tick);
"""


def test_five_thousand_events_open_and_scroll(crowded: Path, browser) -> None:
    ran = run_here("report", crowded)
    assert "5000 events" in ran.err
    page = crowded / "report.html"
    assert len(list((crowded / "report_files").glob("*.webp"))) == 101
    assert page.stat().st_size < 3_000_000
    browser.get(page.as_uri())
    longest_ms, made, loaded_ms = browser.execute_async_script(_SCROLL)
    assert made < 40  # only rows that can be seen are there: the page cannot stall
    logging.getLogger(__name__).info(
        "loaded: %.0f ms, longest frame: %.0f ms", loaded_ms, longest_ms
    )
    press(browser, keys.END)
    assert "Event 5000" in text(browser, "#detail h2")
    shown = browser.execute_async_script("""
        const done = arguments[0], image = document.querySelector(".row[aria-selected=true] img");
        image.decode().then(() => done(image.naturalWidth), () => done(0));
    """)
    assert shown > 100
    # A later page of fewer events leaves no picture of this one behind.
    with sqlite3.connect(crowded / FILE_NAME) as db:
        db.execute("DELETE FROM snapshots WHERE number > 310")
        db.execute("DELETE FROM events WHERE number > 310")
    run_here("report", crowded)
    assert len(list((crowded / "report_files").glob("*.webp"))) == 10


# ---- parts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_thumbnails_are_small_whatever_they_show(seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (135, 240, 3), np.uint8)
    small = thumbnail(noise, noise if seed else None)
    assert 200 < len(small) <= MOST_BYTES
    assert cv2.imdecode(np.frombuffer(small, np.uint8), cv2.IMREAD_COLOR) is not None
    assert thumbnail(None, None) == b""


def test_packed_scores_keep_peaks_and_gaps() -> None:
    bins = [ScoreBin(place * 0.5, 0.0, place / 10, State.QUIET) for place in range(100)]
    packed = packed_scores(bins[:40] + bins[60:], most=10)
    assert (packed["t0"], packed["step"]) == (0.0, 5.0)
    codes = np.frombuffer(__import__("base64").b64decode(packed["high"]), "<u2")
    assert list(np.flatnonzero(codes == 65535)) == [4, 5]
    known = np.expm1(codes[codes < 65535] / 65534 * np.log1p(1e5)) / 10
    assert known == pytest.approx([0.9, 1.9, 2.9, 3.9, 6.9, 7.9, 8.9, 9.9], rel=0.001)


def test_an_archive_that_is_missing(tmp_path: Path) -> None:
    ran = run_here("report", tmp_path / "gone")
    assert (ran.code, ran.out) == (3, "")
    assert "no archive" in ran.err
