"""What a comparison shows: a table of measures, or a line a pair."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from motionlapse.cli.console import Column, logger, print_json, print_table, printing
from motionlapse.comparison.conditions import Condition, parse_condition
from motionlapse.comparison.difference_picture import check_name, write_difference
from motionlapse.comparison.matching import by_appearance, by_name, pictures_in
from motionlapse.comparison.pair import Compared, Comparison, compare
from motionlapse.comparison.preparation import Preparation
from motionlapse.errors import ConfigError, SinkError, SourceError
from motionlapse.measures import MeasureEntry, chosen_measures
from motionlapse.measures.measured import Detail
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.stills import read_bgr

_OF_FOLDERS = ("background", "ssim", "ncc", "hist_kl", "phash")
_CONDITION_HOLDS = 5
_NAMED = 3  # of pictures without a partner


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants to know of each pair.

    Attributes
    ----------
    measures
        Which are shown.
    conditions
        What makes it fail.
    diff
        Where the difference is drawn, or None.
    json
        True for one object a measure.
    """

    measures: list[MeasureEntry]
    conditions: list[Condition]
    diff: Path | None
    json: bool

    @classmethod
    def of(
        cls, names: list[str], fail_if: list[str], *, folders: bool, diff: Path | None, json: bool
    ) -> Asked:
        """Return what a command line asks for.

        Raises
        ------
        ConfigError
            For a name or condition that is none, or a picture without a format.
        """
        conditions = [parse_condition(text) for text in fail_if]
        measures = chosen_measures(names or (_OF_FOLDERS if folders else ()))
        if diff is not None and not folders:
            check_name(diff)
        return cls(measures, conditions, diff, json)

    def all_measures(self) -> list[MeasureEntry]:
        """Return those that are shown and those of the conditions, each once."""
        named = {entry.name: entry for entry in self.measures}
        named |= {condition.entry.name: condition.entry for condition in self.conditions}
        return list(named.values())


def compare_pictures(
    before: Path, after: Path, asked: Asked, settings: Settings, *, match: bool
) -> int:
    """Compare two pictures, print what is found and return the exit code."""
    del match
    preparation = Preparation(settings.measures, settings.analysis)
    compared = compare(read_bgr(before), read_bgr(after), asked.all_measures(), preparation)
    shown = [result for result in compared.results if result.entry in asked.measures]
    if asked.diff is not None:
        write_difference(asked.diff, compared)
    if asked.json:
        for result in shown:
            print_json(_record(result))
    else:
        print_table(_COLUMNS, [_row(result) for result in shown])
        with printing():
            print(_changed(compared))  # noqa: T201  # a result
    return _CONDITION_HOLDS if _failing(compared, asked, "") else 0


def compare_folders(
    before: Path, after: Path, asked: Asked, settings: Settings, *, match: bool
) -> int:
    """Compare the pictures of two folders pair by pair and return the exit code."""
    pairs = (by_appearance if match else by_name)(pictures_in(before), pictures_in(after))
    _tell_alone(pairs.alone)
    if not pairs.pairs:
        hint = "" if match else "; pair them by appearance with --match"
        raise ConfigError(f"{before} and {after}: no pictures with the same name{hint}")
    run = _Folders(asked, Preparation(settings.measures, settings.analysis))
    run.faults += pairs.faults
    for first, second in pairs.pairs:
        run.add(first, second)
    return run.finish()


def _tell_alone(paths: Sequence[Path]) -> None:
    """Tell in one line which pictures are not compared; of many the first ones."""
    if len(paths) == 1:
        logger.warning("%s: has no partner; not compared", paths[0])
        return
    more = f" and {len(paths) - _NAMED} more (--verbose names them)" if paths[_NAMED:] else ""
    if paths:
        names = ", ".join(map(str, paths[:_NAMED])) + more
        logger.warning("%d pictures have no partner and are not compared: %s", len(paths), names)
    for path in paths[_NAMED:]:
        logger.debug("%s: has no partner", path)


class _Folders:
    """Pair after pair: what cannot be read or written is told, and does not stop the rest."""

    def __init__(self, asked: Asked, preparation: Preparation) -> None:
        self._asked = asked
        self._preparation = preparation
        self._rows: list[list[str]] = []
        self._fails = False
        self._unwritten = False
        self.faults: list[str] = []

    def add(self, first: Path, second: Path) -> None:
        asked = self._asked
        try:
            pictures = read_bgr(first), read_bgr(second)
            compared = compare(*pictures, asked.all_measures(), self._preparation)
        except SourceError as error:
            self.faults.append(str(error))
            return
        except ConfigError as error:
            raise ConfigError(f"{first}, {second}: {error}") from None
        shown = [result for result in compared.results if result.entry in asked.measures]
        if asked.json:
            for result in shown:
                print_json({"before": str(first), "after": str(second), **_record(result)})
        self._rows.append([str(first), str(second), *[_number(result.value) for result in shown]])
        self._fails |= _failing(compared, asked, f"{first}, {second}: ")
        if asked.diff is not None:
            self._draw(asked.diff / f"{first.stem}.png", compared)

    def _draw(self, path: Path, compared: Compared) -> None:
        try:
            write_difference(path, compared)
        except (ConfigError, SinkError) as error:
            logger.error("%s", error)
            self._unwritten = True

    def finish(self) -> int:
        if self._rows and not self._asked.json:
            names = [Column(entry.name, number=True) for entry in self._asked.measures]
            print_table(
                (Column("before", shrinks=True), Column("after", shrinks=True), *names), self._rows
            )
        for fault in self.faults:
            logger.error("%s", fault)
        if self._unwritten:
            return SinkError.exit_code
        if self.faults:
            return SourceError.exit_code
        return _CONDITION_HOLDS if self._fails else 0


_COLUMNS = (
    Column("measure"),
    Column("value", number=True),
    Column("identical", number=True),
    Column("reading"),
    Column("detail", rank=1),
)


def _row(result: Comparison) -> tuple[str, ...]:
    entry = result.entry
    return (
        entry.name,
        _number(result.value),
        _number(entry.identical),
        result.reading,
        _words(result.detail),
    )


def _record(result: Comparison) -> dict[str, object]:
    return {
        "measure": result.entry.name,
        "value": _plain(result.value),
        "identical": _plain(result.entry.identical),
        "reading": result.reading,
        "detail": {name: _plain(value) for name, value in result.detail.items()},
    }


def _plain(value: float | None) -> float | None:
    """Return a number that JSON has, to nine digits."""
    if value is None or not math.isfinite(value):
        return None
    return value if isinstance(value, int) else float(f"{value:.9g}")


def _number(value: float) -> str:
    return "∞" if math.isinf(value) else f"{value:.4g}"


def _words(detail: Detail) -> str:
    if detail.keys() >= {"x", "y", "width", "height"}:
        return _rectangle(detail)
    return " ".join(f"{name}={_number(value or 0)}" for name, value in detail.items())


def _rectangle(detail: Detail) -> str:
    return f"{detail['width']}×{detail['height']} at {detail['x']},{detail['y']}"


def _changed(compared: Compared) -> str:
    if not compared.rectangle:
        if compared.change.value:
            return "changed: everything; one of the two has no contrast"
        return "changed: nothing beyond noise and light"
    return f"changed: {_rectangle(compared.rectangle)} ({compared.change.value:.2%} of the picture)"


def _failing(compared: Compared, asked: Asked, place: str) -> bool:
    values = {result.entry.name: result.value for result in compared.results}
    holding = [c for c in asked.conditions if c.holds(values[c.entry.name])]
    for condition in holding:
        value = _number(values[condition.entry.name])
        logger.info("%s%s holds: it is %s", place, condition.text, value)
    return bool(holding)
