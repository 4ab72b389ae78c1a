"""The parts of the README that are made from the program itself."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from motionlapse.cli.first_run import compile_kernels
from motionlapse.pipeline_settings import Settings
from motionlapse.settings import entries

PROJECT = Path(__file__).parent.parent
README = PROJECT / "README.md"
PICTURE = PROJECT / "fixtures" / "pictures" / "walker.jpg"


def main() -> int:
    """Write the parts, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail where stale")
    check = parser.parse_args().check
    compile_kernels()  # or the first part would say so
    text = README.read_text(encoding="utf-8")
    fresh = text
    for name, part in (
        ("settings", settings_table()),
        ("help", help_text()),
        ("scan", scan()),
        ("compare", compare()),
    ):
        marked = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        fresh = marked.sub(lambda match, part=part: f"{match[1]}{part}\n{match[2]}", fresh)
    if check:
        return int(fresh != text)
    README.write_text(fresh, encoding="utf-8")
    make_picture()
    return 0


def settings_table() -> str:
    """Return every setting as a Markdown table."""
    lines = ["| key | flag | default | what it does |", "|---|---|---|---|"]
    for entry in entries(Settings):
        flag = f"`{entry.flag}`" if entry.flag else ""
        text = entry.help.replace("|", "\\|")
        lines.append(f"| `{entry.key}` | {flag} | `{entry.show(entry.default)}` | {text} |")
    return "\n".join(lines)


def help_text() -> str:
    """Return the help of the command line and of scan as a code block."""
    pages = [_run("--help"), _run("scan", "--help"), _run("watch", "--help")]
    return "```text\n" + "\n".join(pages).rstrip() + "\n```"


def scan() -> str:
    """Return what a scan of a fixture prints, as a code block."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "captures"
        printed = _run("scan", "fixtures/walker.mp4", "--out", str(archive))
    return (
        "```console\n$ motionlapse scan fixtures/walker.mp4\n"
        + printed.replace(str(archive), "captures").rstrip()
        + "\n```"
    )


def compare() -> str:
    """Return what a comparison of two fixtures prints, as a code block."""
    pair = [f"fixtures/stills/yard_2024-05-04_12-00-{second}.jpg" for second in ("00", "26")]
    names = ("background", "ssim", "ncc", "hist_kl", "phash")
    chosen = [word for name in names for word in ("--measure", name)]
    printed = _run("compare", *pair, *chosen)
    words = " ".join(pair) + " \\\n    " + " ".join(chosen)
    return f"```console\n$ motionlapse compare {words}\n{printed.rstrip()}\n```"


def make_picture() -> None:
    """Put the best snapshot of the walker, with its box, beside the foreground of that frame."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        where = ("--out", str(out / "captures"), "--masks", str(out / "masks"), "--draw")
        _run("scan", "fixtures/walker.mp4", *where)
        snapshot = min((out / "captures" / "walker").glob("event-0001_*.jpg"))
        clock = re.findall(r"\d+", snapshot.stem.partition("_")[2])
        number = round((int(clock[2]) + int(clock[3]) / 1000) * 25)
        picture = cv2.imread(str(snapshot))
        mask = cv2.imread(str(out / "masks" / f"bin{number:06d}.png"))
    if picture is None or mask is None:
        raise SystemExit("the scan kept no snapshot or no mask")
    gap = np.full((picture.shape[0], 8, 3), 255, np.uint8)
    both = cv2.resize(np.hstack([picture, gap, mask]), None, fx=1.25, fy=1.25)
    PICTURE.parent.mkdir(exist_ok=True)
    cv2.imwrite(str(PICTURE), both, [cv2.IMWRITE_JPEG_QUALITY, 85])


def _run(*arguments: str) -> str:
    """Run the program as a person without a configuration would, 80 columns wide."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("MOTIONLAPSE__")
    }
    environment |= {"XDG_CONFIG_HOME": os.devnull, "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-m", "motionlapse", *arguments],
        check=True,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=environment,
    )
    return done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main())
