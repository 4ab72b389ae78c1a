"""A real MJPEG server, one that talks rubbish, and sources that are not there."""

import contextlib
import functools
import json
import socket
import subprocess
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import pytest
from films import MOVES, run_apart, run_here

QUICK = ("--set", "sources.live.retry_first=0.3s", "--set", "sources.live.retry_most=0.5s")


def test_mjpeg_gives_events_and_clips(door, http_servers, watching):
    http_servers.mjpeg(door)
    http_servers.wait_for_listener()
    watch = watching(http_servers.http, "--hold", "1s", "--clips", "copy")
    watch.wait_for("lost:")  # the film is over
    code, out = watch.end()
    assert code == 0
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events] == [1, 2]
    # Times of arrival, so the network's and this machine's own delays are in them.
    assert events[1]["start_s"] - events[0]["start_s"] == pytest.approx(3.6, abs=0.5)
    assert events[0]["clip"].endswith(".mkv"), "MP4 does not hold MJPEG that players take"
    with av.open(events[0]["clip"]) as clip:
        times = [frame.time for frame in clip.decode(video=0)]
    assert times[0] == 0.0
    assert times[-1] == pytest.approx(1.0 + events[0]["end_s"], abs=0.6)


def test_hls_gives_events_and_clips(door, http_servers, watching, tmp_path):
    served = tmp_path / "served"
    served.mkdir()
    # Who comes late to a stream is shown it from there on: it begins when it is asked for.
    begin = functools.cache(lambda: http_servers.hls(door, served / "live.m3u8"))

    class Handler(_Quiet):
        def do_GET(self):
            begin()
            super().do_GET()

    handler = functools.partial(Handler, directory=served)
    with ThreadingHTTPServer(("127.0.0.1", http_servers.port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{http_servers.port}/live.m3u8"
        watch = watching(url, "--hold", "1s", "--clips", "copy", *QUICK)
        watch.wait_for("lost: the stream has ended")
        code, out = watch.end()
        server.shutdown()
    assert code == 0
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events] == [1, 2]
    for event, (start_s, end_s) in zip(events, MOVES, strict=True):
        assert event["start_s"] == pytest.approx(start_s, abs=0.3)
        assert event["end_s"] == pytest.approx(end_s, abs=0.3)
        with av.open(event["clip"]) as clip:
            assert next(clip.decode(video=0)).pts == 0


@pytest.mark.parametrize("what", ["sound", "broken pictures"])
def test_a_stream_that_goes_on_without_pictures_is_lost(port, watching, tmp_path, what):
    film = tmp_path / "served.ts"
    sound = ("-f", "lavfi", "-i", "anoisesrc=d=30:a=0.1", "-c:a", "mp2")
    seconds = 2 if what == "sound" else 30
    video = ("-f", "lavfi", "-i", f"testsrc=d={seconds}:r=10:s=160x120")
    command = ["ffmpeg", "-v", "error", *video, *sound, "-c:v", "libx264", "-bf", "0", "-g", "10"]
    subprocess.run([*command, "-f", "mpegts", film], check=True)
    packets = film.read_bytes()
    with av.open(str(film)) as read:
        ends = [(p.pos, p.dts * p.time_base) for p in read.demux(video=0) if p.dts]
    begins_s = ends[0][1]
    cut = min(pos for pos, time_s in ends if time_s - begins_s > 1.7)

    def serve(server):
        with contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                with client, contextlib.suppress(OSError):
                    client.recv(4096)
                    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n\r\n")
                    client.sendall(packets[:cut])
                    for begin in range(cut, len(packets), 4 * 188):
                        rest = packets[begin : begin + 4 * 188]
                        if what != "sound":  # headers stay: they are packets of the same streams
                            parts = (rest[i : i + 20] for i in range(0, len(rest), 188))
                            rest = b"".join(part + b"\x55" * 168 for part in parts)
                        client.sendall(rest)
                        time.sleep(0.05)

    with socket.create_server(("127.0.0.1", port)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        url = f"http://127.0.0.1:{port}/x.ts"
        watch = watching(url, "--set", "sources.live.read_timeout=1.5s", *QUICK)
        watch.wait_for("lost: no")  # "nothing came", "no picture came"
        code, _ = watch.end()
    assert code == 0


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_rubbish_is_no_video(port):
    with socket.create_server(("127.0.0.1", port)) as server:
        threading.Thread(target=_talk_rubbish, args=(server,), daemon=True).start()
        ran = run_apart("watch", f"http://127.0.0.1:{port}/x", "--no-dashboard")
    assert ran.code == 3
    assert ran.err.splitlines() == [f"error: http://127.0.0.1:{port}/x: what it sends is not video"]


def _talk_rubbish(server):
    with contextlib.suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                body = bytes(range(256)) * 400
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                connection.sendall(head + body)


def test_a_silent_server_does_not_block(port):
    with socket.create_server(("127.0.0.1", port)):
        ran = run_apart(
            "watch", f"rtsp://127.0.0.1:{port}/x", "--no-dashboard",
            "--set", "sources.live.open_timeout=1s", "--set", "sources.live.read_timeout=1s",
        )  # fmt: skip
    assert ran.code == 3
    assert "no answer in time" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("rtsp://user:geheim@nohost.invalid/x", "rtsp://user:***@nohost.invalid/x: there is no"),
        ("http://user:geheim@127.0.0.1:1/x", "http://user:***@127.0.0.1:1/x: connection refused"),
        ("77", "77: there is no /dev/video77; cameras here: "),
        ("/dev/video77", "/dev/video77: there is no /dev/video77"),
        ("nothing.mp4", "nothing.mp4: no such file, device or address"),
        ("rstp://host/x", "rstp://host/x: unknown protocol 'rstp'"),
    ],
)
def test_what_cannot_be_opened_is_one_clear_line(source, words):
    ran = run_here("watch", source, "--no-dashboard")
    assert ran.code == 3
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith(f"error: {words}")
    assert "geheim" not in ran.err
    assert not Path("captures").exists()
