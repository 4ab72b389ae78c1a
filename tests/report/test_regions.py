"""Regions drawn by hand, in a real browser."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import requests_of
from films import LONG_S, run_here, start, write_film

from motionlapse.errors import ConfigError
from motionlapse.report.region_file import save_regions

webdriver = pytest.importorskip("selenium.webdriver", reason="Selenium is not installed")
keys = webdriver.Keys

CONFIG = """# my camera
[decision]
hold = "0.5s"  # short

[analysis]
ignore = ["0%,0% 20%,0% 20%,20%"]   # the clock
"""


@pytest.fixture
def drawing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "door.mp4")
    (tmp_path / "motionlapse.toml").write_text(CONFIG)
    with start("regions", "door.mp4", "--no-open") as program:
        yield program
        program.kill()


def address_of(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def text(browser, field):
    return browser.find_element("id", field).text


def click_at(browser, *places):
    canvas = browser.find_element("id", "draw")
    width, height = canvas.size["width"], canvas.size["height"]
    for x, y in places:
        actions = webdriver.ActionChains(browser)
        right, down = round(width * (x - 0.5)), round(height * (y - 0.5))
        actions.move_to_element_with_offset(canvas, right, down).click().perform()


def corners(polygon):
    return [float(number.rstrip("%")) for number in polygon.replace(" ", ",").split(",")]


def wait_for(browser, condition):
    script = f"const done = arguments[0]; (function look() {{ if ({condition}) done(true);"
    return browser.execute_async_script(script + " else setTimeout(look, 20); })();")


def test_a_person_draws_names_moves_deletes_and_saves(
    drawing: subprocess.Popen[str], tmp_path: Path, browser
) -> None:
    url = address_of(drawing)
    browser.get(url)
    wait_for(browser, "by('name').textContent.includes('door.mp4')")
    wait_for(browser, "document.querySelectorAll('#list li').length === 1")  # the clock
    wait_for(browser, "by('caught').textContent.includes('blobs are watched')")
    wait_for(browser, "blobs.length >= 50")
    assert browser.execute_script("return by('picture').naturalWidth") == 160

    browser.find_element("id", "new-watch").click()
    click_at(browser, (0.5, 0.3), (0.98, 0.3), (0.98, 0.9), (0.5, 0.9))
    browser.find_element("id", "draw").send_keys(keys.ENTER)
    caught, total = (int(word) for word in text(browser, "caught").split() if word.isdigit())
    assert 0 < caught < total
    name = browser.find_elements("css selector", "#list input")[-1]
    name.send_keys("gate")

    browser.find_element("id", "new-ignore").click()
    click_at(browser, (0.3, 0.6), (0.5, 0.6), (0.5, 0.9), (0.3, 0.6))  # closed on its first corner
    assert len(browser.find_elements("css selector", "#list li")) == 3
    browser.find_element("id", "draw").send_keys(keys.ARROW_RIGHT * 2)
    browser.find_elements("css selector", "#list button")[0].click()  # the clock goes
    browser.find_element("id", "save").click()
    wait_for(browser, "by('told').textContent.startsWith('saved')")

    saved = (tmp_path / "motionlapse.toml").read_text()
    assert saved.startswith('# my camera\n[decision]\nhold = "0.5s"  # short\n')
    analysis = tomllib.loads(saved)["analysis"]
    [gate], [ignored] = analysis["regions"], analysis["ignore"]
    assert corners(gate.removeprefix("gate=")) == pytest.approx(
        [50, 30, 98, 30, 98, 90, 50, 90], abs=1
    )
    assert corners(ignored) == pytest.approx([31, 60, 51, 60, 51, 90], abs=1)
    assert run_here("scan", "door.mp4", "--json").records[0]["regions"] == ["gate"]

    browser.find_element("id", "done").click()
    assert drawing.wait(timeout=LONG_S) == 0
    assert all(request.startswith(url) for request in requests_of(browser))


def ask(url: str, path: str, *, method: str = "GET", body: str = "", **headers: str) -> int:
    host, _, rest = url.removeprefix("http://").partition("/")
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    with contextlib.closing(http.client.HTTPConnection(host, timeout=LONG_S)) as connection:
        connection.request(method, path.replace("TOKEN", rest.rstrip("/")), body or None, names)
        with connection.getresponse() as answer:
            return answer.status


def test_nobody_else_is_served(drawing: subprocess.Popen[str], tmp_path: Path) -> None:
    url = address_of(drawing)
    assert url.startswith("http://127.0.0.1:")
    polygons = json.dumps({"regions": [], "ignore": []})
    assert ask(url, "/TOKEN/") == 200
    assert ask(url, "/") == 404
    assert ask(url, "/wrong/start") == 404
    assert ask(url, "/TOKEN/../../etc/passwd") == 404
    assert ask(url, "/TOKEN/start", Host="evil.example") == 404
    assert ask(url, "/TOKEN/save", method="POST", body=polygons) == 400  # no JSON by its type
    assert (tmp_path / "motionlapse.toml").read_text() == CONFIG

    def save(**content: object) -> int:
        kind = {"Content_Type": "application/json"}
        return ask(url, "/TOKEN/save", method="POST", body=json.dumps(content), **kind)

    assert save(regions=["0,0 9,9"], ignore=[]) == 400  # no polygon
    assert save(regions=["0,0 900,0 900,900"], ignore=[]) == 400  # outside the picture
    assert save(regions=7) == 400
    assert (tmp_path / "motionlapse.toml").read_text() == CONFIG
    drawing.send_signal(signal.SIGINT)
    assert drawing.wait(timeout=LONG_S) == 130


def test_a_live_source_shows_its_picture_and_what_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with start("regions", "demo:", "--duration", "30s", "--no-open") as program:
        try:
            host, _, rest = address_of(program).removeprefix("http://").partition("/")
            with contextlib.closing(http.client.HTTPConnection(host, timeout=LONG_S)) as connection:

                def fetch(name: str) -> bytes:
                    connection.request("GET", f"/{rest}{name}")
                    with connection.getresponse() as answer:
                        return answer.read()

                assert fetch("picture").startswith(b"\xff\xd8")
                assert json.loads(fetch("start"))["name"] == "demo:"
                assert json.loads(fetch("state"))["size"] == [640, 360]
            program.send_signal(signal.SIGINT)
            assert program.wait(timeout=LONG_S) == 130
        finally:
            program.kill()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["gone.mp4"], 3),
        (["note.mp4"], 3),
        (["."], 2),
        (["77"], 3),
        (["rtsp://user:geheim@127.0.0.1:1/x"], 3),
        (["demo:", "--start", "3s"], 2),
    ],
)
def test_a_source_that_cannot_be_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.mp4").write_text("no film")
    (tmp_path / "more.mp4").write_text("no film")
    ran = run_here("regions", *words, "--no-open")
    assert (ran.code, ran.out) == (code, "")
    assert len(ran.err.splitlines()) == 1
    assert "geheim" not in ran.err


def test_what_is_in_the_file_to_be_saved_is_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser
) -> None:
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "door.mp4")
    (tmp_path / "motionlapse.toml").write_text(CONFIG)
    (tmp_path / "gate.toml").write_text("[analysis]\nregions = ['gate=0%,0% 50%,0% 50%,50%']\n")
    with start("regions", "door.mp4", "--no-open", "--out", "gate.toml") as program:
        browser.get(address_of(program))
        assert wait_for(browser, "document.querySelectorAll('#list li').length")
        assert browser.find_element("css selector", "#list input").get_attribute("value") == "gate"
        program.kill()


@pytest.mark.parametrize(
    ("place", "code"), [("wall/m.toml", 4), ("folder", 2), ("old.toml", 2), ("other.toml", 2)]
)
def test_a_place_for_regions_that_is_none_is_known_before_anybody_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    write_film(tmp_path / "door.mp4")
    (tmp_path / "wall").write_text("a file where a folder should be")
    (tmp_path / "folder").mkdir()
    (tmp_path / "old.toml").write_text("[analysis]\nregions = []  # garçon", encoding="latin-1")
    (tmp_path / "other.toml").write_text("analysis = 3\n")
    ran = run_here("regions", "door.mp4", "--no-open", "--out", place)
    assert (ran.code, ran.out) == (code, "")
    assert len(ran.err.splitlines()) == 1


def test_a_file_that_is_no_toml_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "motionlapse.toml"
    path.write_text("[analysis\n")
    with pytest.raises(ConfigError, match="TOML"):
        save_regions(path, ["0,0 9,0 9,9"], [])
    assert path.read_text() == "[analysis\n"
    new = tmp_path / "new" / os.fspath("m.toml")
    save_regions(new, ["a=0,0 9,0 9,9", "b=0,0 9,0 9,9"], [])
    assert tomllib.loads(new.read_text())["analysis"]["regions"][1].startswith("b=")


def test_a_file_that_begins_with_a_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text("[decision]\nhold = 3\n", encoding="utf-8-sig")
    save_regions(path, ["0,0 9,0 9,9"], [])
    assert tomllib.loads(path.read_text()) == {
        "decision": {"hold": 3},
        "analysis": {"regions": ["0,0 9,0 9,9"], "ignore": []},
    }
