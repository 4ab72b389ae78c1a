from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from motionlapse.clock import ManualClock
from motionlapse.errors import SourceError
from motionlapse.frames import Image
from motionlapse.sources.camera import planes_of_bgr
from motionlapse.sources.connection import Arrival, Picture, itself
from motionlapse.sources.polling import PollingConnection


class Answer:
    """One answer of a camera: pictures of a single grey level each."""

    detail, damage, paced, finite = "2×2 grey", "", False, False

    def __init__(self, *greys: int) -> None:
        self.greys = greys
        self.closed = False

    def pictures(self) -> Iterator[Arrival]:
        for grey in self.greys:
            image: Image = np.full((2, 2, 3), grey, np.uint8)
            yield Picture(planes_of_bgr(image), partial(itself, image), None)

    def close(self) -> None:
        self.closed = True


class Asked:
    """A camera whose answers take `answer_s`; polling ends after `most` of them."""

    def __init__(self, *answers: Answer, answer_s: float = 0.0, every_s: float = 1.0) -> None:
        self.clock = ManualClock()
        self.answers, self.asked, self.waits = list(answers), 0, list[float]()
        self.answer_s = answer_s
        self.connection = PollingConnection(self.ask(), self.ask, every_s, self.clock, self.wait)

    def ask(self) -> Answer:
        if self.asked == len(self.answers):
            raise SourceError("connection refused")
        self.clock.advance(self.answer_s if self.asked else 0.0)
        self.asked += 1
        return self.answers[self.asked - 1]

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.clock.advance(seconds)
        return len(self.waits) == len(self.answers)

    def greys(self) -> list[int]:
        return [int(item.to_bgr()[0, 0, 0]) for item in self.connection.pictures() if item]


def test_a_camera_is_asked_for_one_picture_after_another() -> None:
    camera = Asked(Answer(10), Answer(20), Answer(30), every_s=5.0)
    assert camera.greys() == [10, 20, 30]
    assert camera.waits == [5.0, 5.0, 5.0]
    assert all(answer.closed for answer in camera.answers)
    assert camera.connection.detail == "2×2 grey, asked for every 5 s"


def test_a_slow_answer_takes_from_the_wait() -> None:
    camera = Asked(Answer(10), Answer(20), Answer(30), answer_s=0.4)
    camera.greys()
    assert camera.waits == pytest.approx([1.0, 0.6, 0.6])
    camera = Asked(Answer(10), Answer(20), Answer(30), answer_s=3.0)
    camera.greys()
    assert camera.waits == [1.0, 0.0, 0.0]


def test_a_picture_that_was_not_renewed_is_no_new_one() -> None:
    camera = Asked(Answer(10), Answer(10), Answer(20, 20, 30), Answer(10))
    assert camera.greys() == [10, 20, 30, 10]
    assert camera.asked == 4


def test_who_wants_the_end_gets_it_in_the_middle_of_a_wait() -> None:
    camera = Asked(Answer(10))
    assert camera.greys() == [10]
    assert camera.asked == 1


def test_a_camera_that_does_not_answer_is_lost() -> None:
    camera = Asked(Answer(10))
    camera.connection = PollingConnection(
        Answer(10), camera.ask, 1.0, camera.clock, lambda _seconds: False
    )
    with pytest.raises(SourceError, match="connection refused"):
        camera.greys()


def test_an_answer_without_a_picture_is_a_fault() -> None:
    camera = Asked(Answer(10), Answer(), Answer(20))
    with pytest.raises(SourceError, match="not a picture"):
        camera.greys()
