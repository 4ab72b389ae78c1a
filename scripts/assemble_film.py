"""Make a long film of a fixed camera out of the quiet and moving parts of labelled clips.

Quiet parts are walked through to and fro, events are put between them with the quiet that came
before and after them in the clip, and sensor noise is added afresh to every frame, so that no two
frames are alike. Nothing jumps but what jumps in the clip, and a film ends as it begins: repeated,
it is a longer one. Beside the film a table says where the events are. Give it the folder of an
``events.csv`` (columns clip, start_frame, end_frame, kind) and one of its clips.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import av
import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
_FADE_S = 8.0  # from the look after one event to the look before the next
# The least quiet between events: 6 s with the look of one, the fade, 6 s with that of the other.
_LEAST_S = 6.0 + _FADE_S + 6.0
_UNEVEN = 0.2  # share by which gaps differ from their mean


class Span(NamedTuple):
    """A row of the labels: the frames of a clip from `first` to `last`."""

    kind: str
    first: int
    last: int


class Shown(NamedTuple):
    """What a frame of the film shows: a frame of the clip, or two mixed."""

    one: int
    other: int
    mix: float


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the film is written."""

    codec: str
    crf: int | None
    kbit: int | None
    key_s: float

    def options(self, fps: int) -> dict[str, str]:
        """Return the encoder's options."""
        every = str(round(self.key_s * fps))
        options = {"preset": "veryfast", "g": every, "keyint_min": every, "sc_threshold": "0"}
        if self.crf is not None:
            options["crf"] = str(self.crf)
        else:
            rate = f"{self.kbit}k"
            options |= {"maxrate": rate, "minrate": rate, "bufsize": f"{2 * (self.kbit or 0)}k"}
        if self.codec == "libx265":
            rest = f"log-level=none:keyint={every}:min-keyint={every}:scenecut=0:open-gop=0"
            options["x265-params"] = rest
        elif self.crf is None:
            options["nal-hrd"] = "cbr"
        return options


def read_spans(labels: Path, clip: str) -> list[Span]:
    """Return the labelled spans of a clip, in order."""
    with labels.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if Path(row["clip"]).name == clip]
    found = [Span(row["kind"], int(row["start_frame"]), int(row["end_frame"])) for row in rows]
    if not any(s.kind == "quiet" for s in found) or not any(s.kind == "event" for s in found):
        raise SystemExit(f"{labels} has no quiet or no moving parts of {clip}")
    return sorted(found, key=lambda span: span.first)


def whole_events(spans: list[Span]) -> list[tuple[Span, Span, Span]]:
    """Return (quiet before, event, quiet after) of events that come and go in the picture."""
    quiet = [span for span in spans if span.kind == "quiet"]
    found = []
    for number, span in enumerate(spans):
        beside = spans[max(0, number - 1) : number] + spans[number + 1 : number + 2]
        if span.kind != "event" or any(other.kind == "dwell" for other in beside):
            continue
        before = [q for q in quiet if q.last < span.first]
        after = [q for q in quiet if q.first > span.last]
        found.append(((before or after)[-1 if before else 0], span, (after or before)[0]))
    return found


class Plan:
    """Which picture every frame of the film shows.

    Parameters
    ----------
    spans
        The clip's labels.
    native_fps, fps
        The clip's rate and the film's.
    rng
        Decides everything that is left open.
    """

    def __init__(self, spans: list[Span], native_fps: float, fps: int, rng: random.Random) -> None:
        self._events = whole_events(spans)
        self._native = native_fps
        self._fps = fps
        self._rng = rng

    def make(self, seconds: float, lengths: list[float]) -> tuple[list[Shown], list[range]]:
        """Return what each frame shows, and the frames of each event."""
        usual_s = (seconds - sum(lengths)) / (len(lengths) + 1)
        if usual_s * (1 - _UNEVEN) < _LEAST_S:
            raise SystemExit("too many events for a film of that length")
        gaps = [usual_s * self._rng.uniform(1 - _UNEVEN, 1 + _UNEVEN) for _ in lengths]
        fade = round(_FADE_S * self._fps)
        shown: list[Shown] = []
        events: list[range] = []
        first, look = None, None
        for length_s, gap_s in zip(lengths, gaps, strict=True):
            before, event, after = self._choose(length_s)
            first = first or before
            gap = round(gap_s * self._fps)
            shown += _faded(self._walk(look or first, gap, 1), self._walk(before, gap, -1), fade)
            count = max(2, round(length_s * self._fps))
            places = np.linspace(event.first, event.last, count).round().astype(int)
            events.append(range(len(shown), len(shown) + count))
            shown += [Shown(int(place), int(place), 0.0) for place in places]
            look = after
        if first is None or look is None:
            raise SystemExit("a film without events tells nothing")
        rest = max(round(seconds * self._fps) - len(shown), round(_LEAST_S * self._fps))
        shown += _faded(self._walk(look, rest, 1), self._walk(first, rest, 1), fade)
        return shown, events

    def _choose(self, length_s: float) -> tuple[Span, Span, Span]:
        """Take an event that is played about as fast as it happened."""

        def hurry(item: tuple[Span, Span, Span]) -> float:
            return abs(math.log((item[1].last - item[1].first + 1) / self._native / length_s))

        nearest = sorted(self._events, key=hurry)
        return self._rng.choice(nearest[: max(1, (len(nearest) + 1) // 2)])

    def _walk(self, span: Span, count: int, step: int) -> list[int]:
        """Walk to and fro from the first frame of a part, or from its last, at the clip's pace."""
        place, places = float(span.first if step > 0 else span.last), []
        for _ in range(count):
            places.append(round(place))
            place += step * self._native / self._fps
            if not span.first <= place <= span.last or self._rng.random() < 0.02:
                step = -step
                place = min(float(span.last), max(float(span.first), place))
        return places


def _faded(there: list[int], back: list[int], fade: int) -> list[Shown]:
    """Go there and come back from elsewhere; a fade in the middle leads from one to the other."""
    start = (len(there) - fade) / 2
    mixes = [min(1.0, max(0.0, (number - start) / fade)) for number in range(len(there))]
    return [Shown(*shown) for shown in zip(there, reversed(back), mixes, strict=True)]


class Pictures:
    """The frames of a clip, enlarged, with noise that never repeats."""

    def __init__(self, clip: Path, size: tuple[int, int], noise: float, seed: int) -> None:
        with av.open(str(clip)) as container:
            self.fps = float(container.streams.video[0].average_rate or 25)
            frames = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
            seconds = (container.duration or 0) / av.time_base
            if seconds:
                self.fps = len(frames) / seconds
        self._frames = frames
        self._size = size
        rng = np.random.default_rng(seed)
        self._rng = rng
        width, height = size
        self._grain = rng.normal(0, noise, (height + 64, width + 64)).astype(np.int16)
        self._enlarged = lru_cache(maxsize=64)(self._enlarge)

    def _enlarge(self, index: int) -> Picture:
        large = cv2.resize(self._frames[index], self._size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.cvtColor(large, cv2.COLOR_BGR2YUV_I420), np.uint8)

    def show(self, shown: Shown) -> Picture:
        """Return a frame as planar 4:2:0."""
        one = self._enlarged(min(shown.one, len(self._frames) - 1))
        if shown.mix > 0:
            other = self._enlarged(min(shown.other, len(self._frames) - 1))
            one = np.asarray(cv2.addWeighted(one, 1 - shown.mix, other, shown.mix, 0), np.uint8)
        width, height = self._size
        x, y = self._rng.integers(0, 64, 2)
        grain = self._grain[y : y + height, x : x + width]
        noisy = one.copy()
        noisy[:height] = cv2.add(one[:height], grain, dtype=cv2.CV_8U)
        return noisy


def write(
    path: Path,
    pictures: Pictures,
    plan: list[Shown],
    size: tuple[int, int],
    fps: int,
    how: Encoding,
) -> None:
    """Encode the film."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(how.codec, rate=fps, options=how.options(fps))
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        if how.kbit is not None:
            stream.bit_rate = how.kbit * 1000
        for number, shown in enumerate(plan):
            frame = av.VideoFrame.from_ndarray(pictures.show(shown), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def main() -> None:
    """Read the arguments and make the film."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="holds events.csv and the clips it names")
    parser.add_argument("clip", help="file name of the clip")
    parser.add_argument("film", type=Path, help="what to write; FILM.csv gets the events")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument(
        "--lengths", default="4,5,6", help="seconds of the events, in turn (default 4,5,6)"
    )
    parser.add_argument("--events", type=int, help="how many (default: 2%% of the film moves)")
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--fps", type=int, default=25)
    parser.add_argument("--codec", choices=["h264", "hevc"], default="h264")
    parser.add_argument("--crf", type=int, default=23)
    parser.add_argument("--kbit", type=int, help="constant bit rate, instead of --crf")
    parser.add_argument("--key", type=float, default=2.0, help="seconds between key frames")
    parser.add_argument("--noise", type=float, default=2.0, help="σ of the grain in grey levels")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    width, height = (int(part) for part in chosen.size.split("x"))
    lengths = [float(part) for part in chosen.lengths.split(",")]
    mean_s = sum(lengths) / len(lengths)
    count = chosen.events or max(1, round(chosen.minutes * 60 * 0.02 / mean_s))
    clip = next(iter(sorted(chosen.folder.rglob(chosen.clip))), None)
    if clip is None:
        raise SystemExit(f"there is no {chosen.clip} below {chosen.folder}")
    pictures = Pictures(clip, (width, height), chosen.noise, chosen.seed)
    spans = read_spans(chosen.folder / "events.csv", chosen.clip)
    plan = Plan(spans, pictures.fps, chosen.fps, random.Random(chosen.seed))
    asked = [lengths[number % len(lengths)] for number in range(count)]
    shown, events = plan.make(chosen.minutes * 60, asked)
    codec = {"h264": "libx264", "hevc": "libx265"}[chosen.codec]
    how = Encoding(codec, None if chosen.kbit else chosen.crf, chosen.kbit, chosen.key)
    write(chosen.film, pictures, shown, (width, height), chosen.fps, how)
    with chosen.film.with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["start_s", "end_s"])
        table.writerows(
            [f"{e.start / chosen.fps:.3f}", f"{e[-1] / chosen.fps:.3f}"] for e in events
        )


if __name__ == "__main__":
    main()
