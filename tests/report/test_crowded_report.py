"""The page of an archive of five thousand events, in a real browser."""

from __future__ import annotations

import logging
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from browsing import press, text
from films import run_here

from motionlapse.files import ARCHIVE_FILE
from motionlapse.sinks.archive_schema import make_database
from motionlapse.sinks.score_bins import ScoreBins
from motionlapse.types import State

keys = pytest.importorskip("selenium.webdriver.common.keys").Keys


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
    make_database(folder / ARCHIVE_FILE)
    bins, chunks = ScoreBins(), []
    chunks += [bins.add(n / 2, float(noise.random()) * 3, State.QUIET) for n in range(172_800)]
    chunks.append(bins.take())
    with sqlite3.connect(folder / ARCHIVE_FILE) as db:
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
    with sqlite3.connect(crowded / ARCHIVE_FILE) as db:
        db.execute("DELETE FROM snapshots WHERE number > 310")
        db.execute("DELETE FROM events WHERE number > 310")
    run_here("report", crowded)
    assert len(list((crowded / "report_files").glob("*.webp"))) == 10
