from __future__ import annotations

import pytest

from motionlapse.errors import (
    ConfigError,
    LibraryError,
    MotionlapseError,
    SinkError,
    SourceError,
    nearest,
    why,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [(MotionlapseError, 1), (ConfigError, 2), (LibraryError, 2), (SourceError, 3), (SinkError, 4)],
)
def test_every_error_has_its_exit_code(kind: type[MotionlapseError], code: int) -> None:
    assert issubclass(kind, MotionlapseError)
    assert kind("what, where").exit_code == code


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("gausian", "; did you mean 'gaussian'?"),
        ("mog", "; did you mean 'mog2'?"),
        ("xyz", ""),
        ("", ""),
    ],
)
def test_the_nearest_known_word_is_named(word: str, said: str) -> None:
    assert nearest(word, ["gaussian", "mog2"]) == said


def test_nothing_is_nearest_where_nothing_is_known() -> None:
    assert nearest("word", []) == ""


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (FileNotFoundError(2, "No such file or directory", "/a"), "no such file or directory"),
        (ValueError("two\n  lines"), "two lines"),
        (ValueError(), "ValueError"),
    ],
)
def test_causes_are_one_line(error: BaseException, text: str) -> None:
    assert why(error) == text
