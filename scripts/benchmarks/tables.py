"""Tables of numbers, for a terminal and for the README."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

Value = float | str


@dataclass(slots=True)
class Figures:
    """One table.

    Attributes
    ----------
    title
        What was measured, and on what.
    columns
        Heads of the columns of numbers.
    rows
        A name and a value for each column; a text in place of numbers says why there are none.
    """

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, tuple[Value, ...]]] = field(default_factory=list)

    def add(self, name: str, *values: Value) -> None:
        """Add a row; one text stands for all its columns."""
        filled = values + ("",) * (len(self.columns) - len(values))
        self.rows.append((name, filled))

    def markdown(self) -> str:
        """Return the table as the README shows it."""
        lines = [f"| {self.title} | {' | '.join(self.columns)} |"]
        lines.append("|---|" + "---:|" * len(self.columns))
        lines += [f"| {name} | {' | '.join(map(shown, values))} |" for name, values in self.rows]
        return "\n".join(lines)

    def show(self, console: Console) -> None:
        """Print the table."""
        table = Table(title=self.title, title_justify="left")
        table.add_column("", no_wrap=True)
        for column in self.columns:
            table.add_column(column, justify="right")
        for name, values in self.rows:
            table.add_row(name, *map(shown, values))
        console.print(table)


def shown(value: Value) -> str:
    """Return a value with three digits."""
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}".rstrip(".")
