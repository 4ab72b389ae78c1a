"""A real RTSP server: events as in the file, losses, freezing, passwords, clips, kill -9."""

import json
import signal
from pathlib import Path

import av
import numpy as np
import pytest
from films import FPS, run_apart, scan_here, table, wait_for, write_film

QUICK = ("--set", "sources.live.retry_first=0.3s", "--set", "sources.live.retry_most=0.5s")


def test_the_events_are_those_of_the_file(door, rtsp_servers, watching):
    scanned = scan_here(door, Path("scanned"), "--hold", "1s").records
    rtsp_servers.rtsp(door)
    watch = watching(rtsp_servers.url, "--hold", "1s", *QUICK)
    watch.wait_for("lost:")  # the film is over
    code, out = watch.end()
    assert code == 0
    live = [json.loads(line) for line in out.splitlines()][: len(scanned)]
    assert len(live) == len(scanned) == 2
    for seen, known in zip(live, scanned, strict=True):
        assert seen["start_s"] == pytest.approx(known["start_s"], abs=0.3)
        assert seen["end_s"] == pytest.approx(known["end_s"], abs=0.3)
        assert seen["source"] == rtsp_servers.url
        assert all(Path(path).stat().st_size for path in seen["snapshots"])


def test_the_first_pictures_are_as_far_apart_as_all_others(door, rtsp_servers, watching):
    """The packet of the first has no time; it seemed to come milliseconds before the second."""
    rtsp_servers.rtsp(door)
    watch = watching(rtsp_servers.url, "--metrics", "scores.csv", *QUICK)
    watch.wait_for("lost:")
    assert watch.end()[0] == 0
    first, second = table(Path("scores.csv"))[:2]
    frames = int(second["index"]) - int(first["index"])
    apart_s = float(second["time_s"]) - float(first["time_s"])
    assert apart_s == pytest.approx(frames / FPS, abs=0.005)


def test_an_event_before_the_second_key_frame_has_a_clip(rtsp_servers, watching, tmp_path):
    """Its key frame is the packet that has no time."""
    film = write_film(
        tmp_path / "rare.mp4",
        times=[index / FPS for index in range(9 * FPS)],
        pictures=_noisy,
        options={"preset": "veryfast", "crf": "23", "g": "1000"},
    )
    rtsp_servers.rtsp(film)
    watch = watching(rtsp_servers.url, "--hold", "1s", "--clips", "copy", *QUICK)
    watch.wait_for("lost:")  # the film is over
    code, out = watch.end()
    assert code == 0
    event = json.loads(out.splitlines()[0])
    with av.open(event["clip"]) as clip:
        pictures = [frame.pts for frame in clip.decode(video=0)]
    assert pictures[0] == 0
    assert len(pictures) / FPS > 7.3  # from the connection's first picture on


def test_while_nothing_moves_key_frames_alone_are_decoded(rtsp_servers, watching, tmp_path):
    film = write_film(
        tmp_path / "quiet.mp4",
        times=[index / FPS for index in range(9 * FPS)],
        pictures=_noisy,
        options={"preset": "veryfast", "crf": "23", "g": "12"},
    )
    (known,) = scan_here(film, Path("scanned"), "--hold", "1s").records
    server = rtsp_servers.rtsp(film)
    watch = watching(rtsp_servers.url, "--hold", "1s", *QUICK)
    watch.wait_for("event 1 begins")
    server.kill()
    server.wait()
    watch.wait_for("lost: connection refused")
    rtsp_servers.rtsp(film)
    watch.wait_for("live again")
    watch.wait_for("lost:")  # the film is over
    code, out = watch.end()
    assert code == 0
    first, second = (json.loads(line) for line in out.splitlines()[:2])
    assert first["start_s"] == pytest.approx(known["start_s"], abs=0.3), watch.said
    lasted_s = second["end_s"] - second["start_s"]
    assert lasted_s == pytest.approx(known["end_s"] - known["start_s"], abs=0.3)
    (told,) = (line for line in watch.said if "were not decoded" in line)
    spared, pictures = (int(word) for word in told.split() if word.isdecimal())
    assert pictures > 14 * FPS
    assert spared > 4 * FPS, "of the quiet seconds before each event, more than before one"


def _noisy(time_s):
    grain = np.random.default_rng(round(time_s * 1000)).normal(0, 2, (120, 160, 1))
    return np.clip(_moving(time_s, ((6.3, 7.3),)) + grain, 0, 255).astype(np.uint8)


def test_a_killed_server_is_lost_and_found_again(rtsp_servers, watching, tmp_path):
    film = write_film(
        tmp_path / "once.mp4",  # long enough for who is late to kill it or to look
        times=[index / FPS for index in range(60 * FPS)],
        pictures=lambda time_s: _moving(time_s, ((1.0, 2.0),)),
    )
    server = rtsp_servers.rtsp(film)
    watch = watching(rtsp_servers.url, "--clips", "copy", *QUICK)
    watch.wait_for("event 1 begins")
    server.kill()
    server.wait()
    watch.wait_for("lost:")
    watch.wait_for("lost: connection refused")
    rtsp_servers.rtsp(film)
    watch.wait_for("live again")
    watch.wait_for("event 2 begins")
    code, out = watch.end()
    assert code == 0
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events] == [1, 2]
    assert events[1]["start_s"] > events[0]["end_s"] + 1.0, "time goes on through a loss"
    for event in events:
        with av.open(event["clip"]) as clip:
            assert next(clip.decode(video=0)).pts == 0
    ran = run_apart("events", "captures", "--json")
    assert [record["event"] for record in ran.records] == [1, 2]


def test_a_frozen_server_is_lost(door, rtsp_servers, watching):
    server = rtsp_servers.rtsp(door)
    watch = watching(rtsp_servers.url, "--set", "sources.live.read_timeout=1s", *QUICK)
    watch.wait_for(": live")
    server.send_signal(signal.SIGSTOP)
    watch.wait_for("lost: nothing was received for 1 s")
    server.send_signal(signal.SIGCONT)
    watch.wait_for("live again")
    assert watch.end()[0] == 0


def test_another_size_after_a_loss_is_no_event(rtsp_servers, watching, tmp_path):
    def still(name, size):
        return write_film(tmp_path / name, size=size, pictures=lambda _: _still(size))

    server = rtsp_servers.rtsp(still("small.mp4", (160, 120)))
    watch = watching(rtsp_servers.url, *QUICK)
    watch.wait_for("live: 160×120")
    server.kill()
    server.wait()
    rtsp_servers.rtsp(still("large.mp4", (320, 240)))
    watch.wait_for("live again: 320×240")
    watch.wait_for("lost:")  # all of the other film has been seen
    code, out = watch.end()
    assert (code, out) == (0, "")


def _still(size):
    from films import picture

    return picture(0.0, size=size)


def test_a_password_is_used_and_never_shown(door, rtsp_servers, watching):
    rtsp_servers.rtsp(door, "viewer", "geheim/@1")
    rest = f"127.0.0.1:{rtsp_servers.port}/cam"
    ran = run_apart("watch", f"rtsp://viewer:falsch@{rest}", "--no-dashboard", "--verbose")
    assert ran.code == 3
    assert ran.err.splitlines()[-1] == (
        f"error: rtsp://viewer:***@{rest}: the camera refuses the user name or password (401)"
    )
    watch = watching(f"rtsp://viewer:geheim%2F%401@{rest}", "--log-file", "log")
    watch.wait_for("event 1 begins")
    code, out = watch.end()
    assert code == 0
    assert json.loads(out.splitlines()[0])["source"] == f"rtsp://viewer:***@{rest}"
    left = [path.read_bytes() for path in Path().rglob("*") if path.is_file()]
    for secret in ("geheim", "falsch"):
        assert secret not in out + ran.out + ran.err + "".join(watch.said)
        assert not any(secret.encode() in content for content in left)


def test_a_kill_in_the_middle_of_an_event_leaves_all_before_it(rtsp_servers, watching, tmp_path):
    moves = ((1.0, 2.0), (4.6, 1000.0))
    film = write_film(
        tmp_path / "long.mp4",
        times=[index / 25 for index in range(500)],
        pictures=lambda time_s: _moving(time_s, moves),
    )
    rtsp_servers.rtsp(film)
    watch = watching(rtsp_servers.url, "--hold", "1s", "--clips", "copy", *QUICK)
    watch.wait_for("event 2 begins")
    (clip,) = wait_for(lambda: list(Path("captures").rglob("event-0002_*.mp4")), watch.process)
    wait_for(lambda: _length(clip) > 7.0, watch.process)  # 4 s of it before the event
    watch.process.kill()
    watch.process.wait()
    assert [event["event"] for event in run_apart("events", "captures", "--json").records] == [1]
    assert _length(clip) > 7.0
    assert not list(Path("captures").rglob("*.part"))


def _moving(time_s, moves):
    from films import picture

    return picture(time_s, moves=moves)


def _length(clip):
    """Return the seconds of a growing clip that can be decoded."""
    try:
        with av.open(str(clip)) as film:
            return max((frame.time for frame in film.decode(video=0)), default=0.0)
    except (av.error.FFmpegError, IndexError):
        return 0.0
