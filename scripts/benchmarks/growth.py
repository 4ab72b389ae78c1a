"""How time and memory grow with the length of a film, its size, and the number of files."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import av

from benchmarks.films import make_film
from benchmarks.processes import Spent, in_turn, median, scan_of
from benchmarks.tables import Figures


def growth(folder: Path, *, quick: bool) -> Figures:
    """Scan films of several lengths, sizes and numbers."""
    runs = 0 if quick else 3
    columns = ("wall s", "CPU s", "peak MiB", "CPU ms a frame")
    table = Figures("growth", columns)
    seconds = 2 if quick else 20
    sizes = [(640, 360), (1280, 720)] if quick else [(640, 360), (1280, 720), (1920, 1080)]
    sizes += [] if quick else [(3840, 2160)]
    films = {
        f"{size[0]}×{size[1]}": make_film(folder / f"{size[0]}.mp4", seconds, size)
        for size in sizes
    }
    commands: dict[str, tuple[list[Path], float]] = {
        f"{name}, {seconds} s": ([film], seconds) for name, film in films.items()
    }
    base = films[f"{sizes[1][0]}×{sizes[1][1]}"]
    for times in (3, 15) if not quick else (2,):
        longer = repeat(base, folder / f"times{times}.mp4", times)
        name = f"{sizes[1][0]}×{sizes[1][1]}, {times * seconds} s"
        commands[name] = ([longer], times * seconds)
    small = films[f"{sizes[0][0]}×{sizes[0][1]}"]
    for count in (4, 16) if not quick else (2,):
        copies = [folder / f"copy{count}-{number}.mp4" for number in range(count)]
        for copy in copies:
            shutil.copyfile(small, copy)
        name = f"{count} files of {sizes[0][0]}×{sizes[0][1]}, {seconds} s each"
        commands[name] = (copies, count * seconds)
    found = in_turn(
        {
            name: scan_of(names, folder / f"archive{number}")
            for number, (name, (names, _)) in enumerate(commands.items())
        },
        runs,
    )
    for name, values in found.items():
        spent: Spent = median(values)
        table.add(name, *spent, 1000 * spent.cpu_s / (25 * commands[name][1]))
    return table


def repeat(film: Path, path: Path, times: int) -> Path:
    """Write a film several times into one, without encoding it again."""
    with av.open(str(path), "w") as out:
        stream = None
        for number in range(times):
            with av.open(str(film)) as container:
                source = container.streams.video[0]
                if stream is None:
                    stream = out.add_stream_from_template(source)
                length = Fraction(container.duration or 0, av.time_base)
                shift = round(number * length / (source.time_base or 1))
                for packet in container.demux(source):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts += shift
                    packet.dts += shift
                    packet.stream = stream
                    out.mux(packet)
    return path
