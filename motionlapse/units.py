"""Durations, shares, sizes and times of day as people type and read them."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

_UNITS_S = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_YEARS = range(1900, 2201)  # of footage
_PARTS = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(d|h|ms|m|s)")


def parse_duration(value: object) -> float:
    """Return seconds for ``90``, ``90s``, ``1m30s``, ``30d``, ``1:30`` or ``00:01:30.5``.

    Raises
    ------
    ValueError
        If `value` is none of these, negative or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(_DURATION_HINT.format(value))
    try:
        if isinstance(value, str):
            seconds = _parse_duration_text(value.strip().lower())
        else:
            seconds = float(value)
    except OverflowError:
        seconds = None
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        raise ValueError(_DURATION_HINT.format(value))
    return seconds


_DURATION_HINT = "'{}' is not a duration; write 90, 90s, 1m30s or 00:01:30.5, at least 0"


def _parse_duration_text(text: str) -> float | None:
    if ":" in text:
        return _parse_clock(text)
    if re.fullmatch(r"\d+(\.\d*)?|\.\d+", text):
        return float(text)
    parts = _PARTS.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _UNITS_S[unit] for number, unit in parts)


def _parse_clock(text: str) -> float | None:
    match = re.fullmatch(r"(?:(\d+):)?(\d+):(\d+(?:\.\d*)?)", text)
    if not match or float(match[3]) >= 60 or (match[1] and int(match[2]) >= 60):
        return None
    return int(match[1] or 0) * 3600.0 + int(match[2]) * 60.0 + float(match[3])


def parse_share(value: object) -> float:
    """Return a share of one for ``0.004``, ``"0.004"`` or ``"0.4%"``.

    Raises
    ------
    ValueError
        If `value` is none of these or not within 0 to 1.
    """
    text = value.strip() if isinstance(value, str) else value
    try:
        if isinstance(text, bool):
            raise ValueError
        if isinstance(text, str) and text.endswith("%"):
            share = float(Decimal(text[:-1]) / 100)  # 0.07% is 0.0007, not a little more
        else:
            share = float(text)  # type: ignore[arg-type]  # anything else raises, and is told
    except (TypeError, ValueError, OverflowError, InvalidOperation):
        raise ValueError(_SHARE_HINT.format(value)) from None
    if not 0 <= share <= 1:
        raise ValueError(_SHARE_HINT.format(value))
    return share


_SHARE_HINT = "'{}' is not a share; write 0.004 or 0.4%, from 0 to 1"


def parse_wall(value: object) -> datetime:
    """Return an aware time for an ISO 8601 text; without an offset it is local time.

    Raises
    ------
    ValueError
        If `value` is not such a text, or its year is out of range.
    """
    moment = value if isinstance(value, datetime) else _iso(str(value))
    if moment is None:
        raise ValueError(
            f"'{value}' is not a date and time; write 2026-05-04T12:00:00 or "
            "2026-05-04T12:00:00+02:00"
        )
    return _aware(moment)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _aware(moment: datetime) -> datetime:
    """Return a moment with an offset; fails near the ends of the calendar."""
    if not is_known_year(moment):
        raise ValueError(f"'{moment.isoformat()}' is not in the years {_YEARS[0]} to {_YEARS[-1]}")
    return moment if moment.tzinfo else moment.astimezone()


def is_known_year(moment: datetime) -> bool:
    """Tell whether footage may be of this year; a camera's clock may show any."""
    return moment.year in _YEARS


def format_duration(seconds: float, *, decimals: int = 1) -> str:
    """Return ``00:01:30.5`` for 90.5.

    >>> format_duration(90.5)
    '00:01:30.5'
    >>> format_duration(59.96)
    '00:01:00.0'
    """
    scale = 10**decimals
    ticks = round(seconds * scale)
    whole, fraction = divmod(ticks, scale)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{text}.{fraction:0{decimals}d}" if decimals else text


def format_share(share: float) -> str:
    """Return ``0.4%`` for 0.004, with as many digits as it needs and no more than three."""
    return f"{share * 100:.3g}%"


def format_score(score: float, *, digits: int = 2) -> str:
    """Return a score with this many significant digits, and all digits before the point.

    >>> format_score(0.7512), format_score(195.8), format_score(1431.2, digits=3)
    ('0.75', '196', '1431')
    """
    return f"{score:.0f}" if score >= 10**digits - 0.5 else f"{score:.{digits}g}"


_SIZE_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(?:([kmgt]?)b|([kmgt])|([kmgt])ib)")


def parse_size(value: object) -> int:
    """Return bytes for ``20GB``, ``500M``, ``1.5TB``, ``2GiB`` or ``1000B``; a number is of bytes.

    A text needs a unit, since hardly anybody who types 20 means bytes.

    Raises
    ------
    ValueError
        If `value` is none of these.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _SIZE.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"'{value}' is not a size; write 20GB, 500MB or 2GiB")
    number = Decimal(match[1])
    if match[4]:
        return int(number * 1024 ** ("kmgt".index(match[4]) + 1))
    return int(number * _SIZE_UNITS[match[2] or match[3] or ""])


def size_as_typed(value: object) -> str:
    """Return ``20GB`` for 20,000,000,000: a whole number in the largest unit that is exact."""
    size = parse_size(value)
    units = {f"{name.upper()}B".replace("KB", "kB"): step for name, step in _SIZE_UNITS.items()}
    unit = max(
        (u for u in units if size % units[u] == 0 and size >= units[u]),
        key=units.__getitem__,
        default="B",
    )
    return f"{size // units[unit]}{unit}"


def format_size(size: float) -> str:
    """Return ``1.5 GB`` for 1,500,000,000: three digits, decimal units."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def counted(number: int, word: str, words: str = "") -> str:
    """Return ``1 event`` or ``2 events``; `words` is an irregular plural."""
    return f"{number} {word if number == 1 else words or word + 's'}"


def printable(text: str) -> str:
    """Return a text in one line, with ``?`` for line breaks and control characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def parse_moment(text: str, now: datetime, *, past: bool = False) -> datetime:
    """Return the next moment at a time of day, or the moment of an ISO 8601 text, aware.

    Parameters
    ----------
    text
        ``HH:MM``, ``HH:MM:SS`` or ISO 8601.
    now
        Aware; a time of day that has passed today is tomorrow's.
    past
        True: the last moment at a time of day; one that is still to come today is yesterday's.

    Raises
    ------
    ValueError
        If `text` is neither.
    """
    match = re.fullmatch(r"(\d{1,2}):(\d\d)(?::(\d\d))?", text.strip())
    if not match:
        iso = _iso(text)
        if iso is None:
            raise ValueError(
                f"'{text}' is not a time of day; write 18:30, 18:30:00 or 2026-05-04T18:30:00"
            )
        return _aware(iso)
    hour, minute, second = (int(part or 0) for part in match.groups())
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(
            f"'{text}' is not a time of day; hours go to 23, minutes and seconds to 59"
        )
    day = now.replace(tzinfo=None)
    moment = day.replace(hour=hour, minute=minute, second=second, microsecond=0)
    if past and moment > day:
        moment -= timedelta(days=1)
    elif not past and moment <= day:
        moment += timedelta(days=1)
    # Without a fixed offset, so that a change to or from summer time in between is accounted for.
    return (
        moment.astimezone()
        if now.utcoffset() == now.astimezone().utcoffset()
        else (moment.replace(tzinfo=now.tzinfo))
    )
