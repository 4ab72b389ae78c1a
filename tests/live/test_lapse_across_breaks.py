"""A time-lapse compares with the last picture it kept, whatever came between."""

import contextlib
import json
import socket
import threading
import time

import cv2
import numpy as np
import pytest
from films import LONG_S

QUICK = ("--set", "sources.live.retry_first=0.2s", "--set", "sources.live.retry_most=0.2s")
AWAY = ("--set", "sources.live.keep_background=0.2s", "--set", "sources.live.settle=0.2s")


def scene(seed, size=(160, 120)):
    width, height = size
    rough = np.random.default_rng(seed).integers(20, 230, (8, 10, 3)).astype(np.uint8)
    return cv2.resize(rough, size, interpolation=cv2.INTER_CUBIC)[:height, :width]


def show(client, picture, seconds):
    """Send a picture as MJPEG, ten times a second."""
    _, jpeg = cv2.imencode(".jpg", picture)
    part = b"--x\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg)
    for _ in range(round(10 * seconds)):
        client.sendall(part + jpeg.tobytes() + b"\r\n")
        time.sleep(0.1)


def serve(server, connections):
    for pictures in connections:
        client, _ = server.accept()
        with client, contextlib.suppress(OSError):
            client.recv(4096)
            client.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=x\r\n\r\n"
            )
            for picture in pictures:
                show(client, picture, 3)
        time.sleep(0.5)


@pytest.mark.parametrize(
    ("connections", "kept"),
    [
        ([[scene(1)], [scene(2)] * 3], 2),
        ([[scene(1)], [scene(1)] * 3], 1),
        ([[scene(1), scene(1, (320, 240)), scene(1, (320, 240))]], 2),
    ],
    ids=["another scene", "the same scene", "another size"],
)
def test_what_differs_after_a_break_is_kept(port, watching, connections, kept):
    with socket.create_server(("127.0.0.1", port)) as server:
        threading.Thread(target=serve, args=(server, connections), daemon=True).start()
        url = f"http://127.0.0.1:{port}/"
        watch = watching(url, "--every", "0.5s", "--for", "9s", *QUICK, *AWAY)
        watch.process.wait(timeout=LONG_S)
        code, out = watch.end()
    assert code == 0
    assert len([json.loads(line) for line in out.splitlines()]) == kept
