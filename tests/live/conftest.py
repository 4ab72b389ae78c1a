"""Real servers on the loopback address, and the program watching them."""

import contextlib
import random
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import pytest
from films import LONG_S, start, wait_for, write_film

SERVER = Path(__file__).parent / "rtsp_server.py"
SYSTEM_PYTHON = "/usr/bin/python3"
BINDINGS = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); "
    "from gi.repository import GstRtspServer, Gst; Gst.init(None); "
    "assert Gst.ElementFactory.find('rtph264pay') and Gst.ElementFactory.find('h264parse')"
)


@pytest.fixture(autouse=True)
def own_place(tmp_path, monkeypatch):
    """What a test writes by relative names is its own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def door(tmp_path_factory):
    """A film of 7 s with two motions, at 25 frames a second and a key frame a second."""
    return write_film(tmp_path_factory.mktemp("films") / "door.mp4")


@pytest.fixture
def port():
    """A free port, not one of those that any connection may be given before a server takes it."""
    while True:
        number = random.SystemRandom().randrange(10_000, 32_768)
        with contextlib.suppress(OSError), socket.socket() as free:
            free.bind(("127.0.0.1", number))
            return number


@pytest.fixture(scope="session")
def _rtsp():
    if not Path(SYSTEM_PYTHON).exists():
        pytest.skip("no system Python for the RTSP server")
    found = subprocess.run([SYSTEM_PYTHON, "-c", BINDINGS], capture_output=True, check=False)
    if found.returncode:
        pytest.skip("gir1.2-gst-rtsp-server-1.0, python3-gi or GStreamer's plugins are missing")


class Servers:
    """Servers that end with the test."""

    def __init__(self, port):
        self.port = port
        self._stack = contextlib.ExitStack()

    def rtsp(self, film, *more):
        """Serve a film over RTSP; each client is shown it from its beginning."""
        words = [SYSTEM_PYTHON, SERVER, str(self.port), str(film), *more]
        process = self._start(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert process.stdout.readline() == "ready\n"
        return process

    def mjpeg(self, film):
        """Serve a film once, as a camera does: JPEG after JPEG over HTTP, at its own pace."""
        words = ["ffmpeg", "-v", "quiet", "-re", "-i", str(film), "-c:v", "mjpeg", "-q:v", "3"]
        return self._start([*words, "-f", "mpjpeg", "-listen", "1", self.http])

    def hls(self, film, playlist):
        """Write a film's pieces of a second and the list of them, at its own pace."""
        words = ["ffmpeg", "-v", "quiet", "-re", "-i", str(film), "-c", "copy", "-f", "hls"]
        process = self._start([*words, "-hls_time", "1", "-hls_list_size", "0", str(playlist)])
        wait_for(playlist.exists, process)
        return process

    def _start(self, words, **streams):
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, **streams)
        self._stack.enter_context(process)
        self._stack.callback(process.kill)
        return process

    @property
    def url(self):
        return f"rtsp://127.0.0.1:{self.port}/cam"

    @property
    def http(self):
        return f"http://127.0.0.1:{self.port}/cam.mjpg"

    def wait_for_listener(self):
        """Wait until somebody listens, without taking the one connection that is served."""
        wanted = f":{self.port:04X} "

        def listens():
            rows = Path("/proc/net/tcp").read_text().splitlines()
            return any(wanted in row and row.split()[3] == "0A" for row in rows)

        wait_for(listens)

    def close(self):
        self._stack.close()


@pytest.fixture
def rtsp_servers(_rtsp, port):
    servers = Servers(port)
    yield servers
    servers.close()


@pytest.fixture
def http_servers(port):
    if not shutil.which("ffmpeg"):
        pytest.skip("ffmpeg is not installed")
    servers = Servers(port)
    yield servers
    servers.close()


class Watching:
    """The program watching something, and what it says."""

    def __init__(self, *words):
        self.process = start("watch", *words, "--no-dashboard", "--json", "--verbose")
        self.said = []
        self._heard = 0
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self._changed:
                self.said.append(line.rstrip())
                self._changed.notify_all()

    def wait_for(self, words):
        """Wait until it has said something after what was waited for before."""

        def has_said():
            while self._heard < len(self.said):
                self._heard += 1
                if words in self.said[self._heard - 1]:
                    return True
            return False

        before = self._heard
        with self._changed:
            done = self._changed.wait_for(has_said, LONG_S)
        assert done, f"'{words}' was not said after {self.said[:before]}: {self.said[before:]}"

    def end(self):
        """End it with SIGTERM, and give its exit code and what stdout had."""
        self.process.terminate()
        out = self.process.stdout.read()
        code = self.process.wait(timeout=LONG_S)
        self._reader.join(timeout=LONG_S)
        self.process.stdout.close()
        self.process.stderr.close()
        return code, out


@pytest.fixture
def watching():
    watches = []

    def begin(*words):
        watches.append(Watching(*words))
        return watches[-1]

    yield begin
    for watch in watches:
        if watch.process.poll() is None:
            watch.process.kill()
            watch.process.wait()
        watch.process.stdout.close()
        watch.process.stderr.close()
