"""A real server that sends one picture each time that it is asked."""

import contextlib
import functools
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av
import cv2
import numpy as np
import pytest
from films import MOVES, SECONDS, picture

QUICK = ("--set", "sources.live.retry_first=0.3s", "--set", "sources.live.retry_most=0.5s")
OFTEN = ("--set", "sources.live.ask_every=0.1s")


class Camera:
    """Shows the scene from the first question on; out of order for a second after its end."""

    def __init__(self):
        self.begun_s = None
        self.asked = 0
        self._random = np.random.default_rng(1)

    def answer(self):
        """The picture of this moment as JPEG, or None."""
        now_s = time.monotonic()
        self.begun_s = now_s if self.begun_s is None else self.begun_s
        self.asked += 1
        passed_s = now_s - self.begun_s
        if SECONDS < passed_s < SECONDS + 1:
            return None
        # The noise of a sensor: what is the same bit by bit is no new picture.
        scene = picture(passed_s)
        seen = np.clip(scene + self._random.integers(-2, 3, scene.shape), 0, 255)
        return cv2.imencode(".jpg", seen.astype(np.uint8))[1].tobytes()


class Handler(BaseHTTPRequestHandler):
    def __init__(self, camera, *words):
        self.camera = camera
        super().__init__(*words)

    def do_GET(self):
        body = self.camera.answer()
        if body is None:
            self.send_error(503)
            return
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def camera(port):
    camera = Camera()
    handler = functools.partial(Handler, camera)
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield camera
        server.shutdown()


@pytest.mark.parametrize("path", ["snapshot.jpg", "cgi?snapshot=1"])
def test_events_and_clips_of_a_camera_that_is_asked(camera, port, watching, path):
    url = f"http://127.0.0.1:{port}/{path}"
    watch = watching(url, "--hold", "1s", "--clips", "copy", *OFTEN, *QUICK)
    watch.wait_for("live: 160×120 mjpeg, asked for every 0.1 s")
    watch.wait_for("lost: ")
    said = "\n".join(watch.said)
    assert said.index("event 2 begins") < said.index("lost: ")
    watch.wait_for("live again")
    code, out = watch.end()
    assert code == 0
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events] == [1, 2]
    for event, (start_s, end_s) in zip(events, MOVES, strict=True):
        assert event["start_s"] == pytest.approx(start_s, abs=0.4)
        assert event["end_s"] == pytest.approx(end_s, abs=0.4)
        with av.open(event["clip"]) as clip:  # encoded: there are no packets to copy
            assert clip.streams.video[0].codec_context.name == "h264"
            assert next(clip.decode(video=0)).pts == 0


def test_a_camera_is_asked_as_often_as_is_wanted(camera, port, watching):
    url = f"http://127.0.0.1:{port}/snapshot.jpg"
    watch = watching(url, "--every", "1s", "--set", "sources.live.ask_every=60s")
    watch.wait_for("event 1 begins: the first picture")
    code, _ = watch.end()  # in the middle of its wait
    assert code == 0
    assert camera.asked == 1
