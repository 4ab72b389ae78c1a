"""Every frame's numbers as a Parquet file, typed and compressed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from motionlapse.errors import LibraryError
from motionlapse.files import drop, make_folder, part_of, writing
from motionlapse.locks import hold_new, ready_to_rename
from motionlapse.made import Made, refuse_others
from motionlapse.sinks.left_parts import drop_dead
from motionlapse.sinks.metrics import place_table
from motionlapse.types import Analysis, Decision

_ROWS = 8192  # held in memory before they are written


class MetricsParquet:
    """The columns of `motionlapse.sinks.metrics`, one row a frame; null where a number is unknown.

    It grows beside its place and is renamed there when the run ends, however that is.

    Parameters
    ----------
    path
        The file. Its folder is made. What a killed program left of it half written is removed.
    live
        As of `motionlapse.sinks.metrics.place_table`.

    Raises
    ------
    LibraryError
        If PyArrow is not installed.
    ConfigError
        If it is something else.
    SinkError
        From every method, if it cannot be written.
    """

    def __init__(self, path: Path, *, live: bool = False) -> None:
        refuse_others(path, Made.METRICS)
        try:
            import pyarrow as arrow
            from pyarrow import parquet
        except ImportError:
            raise LibraryError(
                f"{path}: Parquet needs PyArrow; run pip install 'motionlapse[parquet]', or write "
                "a .csv"
            ) from None
        self._arrow = arrow
        self._schema = arrow.schema(
            [
                ("index", arrow.int64()),
                ("time_s", arrow.float64()),
                ("wall", arrow.timestamp("us", tz="UTC")),
                ("fraction", arrow.float64()),
                ("flow", arrow.float64()),
                ("score", arrow.float64()),
                ("state", arrow.dictionary(arrow.int8(), arrow.string())),
                ("learning_rate", arrow.float64()),
                ("light_gain", arrow.float64()),
                ("reason", arrow.string()),
            ]
        )
        make_folder(path.parent)
        self._live = live
        self._path = path.resolve()
        self._part = part_of(self._path)
        self._rows: list[dict[str, Any]] = []
        drop_dead(self._path.parent, self._path.name)
        with writing(path):
            self._held = hold_new(self._part)
            try:
                self._writer: Any = parquet.ParquetWriter(
                    self._held, self._schema, compression="zstd"
                )
            except BaseException:
                self._held.close()
                drop(self._part)
                raise

    def write(self, analysis: Analysis, decision: Decision) -> None:
        """Take one frame; see `motionlapse.types.Sink`."""
        frame, score = analysis.frame, analysis.score
        self._rows.append(
            {
                "index": frame.index,
                "time_s": frame.time,
                "wall": frame.wall,
                "fraction": score.fraction,
                "flow": score.flow,
                "score": score.value,
                "state": decision.state.value,
                "learning_rate": analysis.learning_rate,
                "light_gain": analysis.light_gain,
                "reason": decision.reason,
            }
        )
        if len(self._rows) >= _ROWS:
            self._flush()

    def finish(self, decision: Decision) -> None:
        """Nothing is left to write."""

    def close(self) -> None:
        """Put the file in its place; may be called again."""
        if self._writer is None:
            return
        try:
            self._flush()
            with writing(self._path):
                writer, self._writer = self._writer, None
                writer.close()
                ready_to_rename(self._held)
                place_table(self._part, self._path, live=self._live)
        except BaseException:
            self._writer = None
            drop(self._part)
            raise
        finally:
            self._held.close()

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        if rows:
            with writing(self._path):
                self._writer.write_table(self._arrow.Table.from_pylist(rows, schema=self._schema))
