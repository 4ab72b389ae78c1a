"""Rendering a scene into a clip or stills, with its truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from fixture_scenes.camera import Camera
from fixture_scenes.canvas import HEIGHT, WIDTH, ByteImage, single
from fixture_scenes.encoding import Coding, write_clip, write_still
from fixture_scenes.foliage import Gust
from fixture_scenes.layers import Coverage, lay
from fixture_scenes.movers import Mover
from fixture_scenes.scenery import Scenery
from fixture_scenes.truth import Track, as_json, mask_of, write_mask


@dataclass(frozen=True)
class Light:
    """The light on the whole scene at one moment.

    Attributes
    ----------
    gain : tuple of float
        Factors on blue, green and red, in *linear light*; a factor of g changes grey
        levels by ``g ** (1 / 2.2)``.
    sun : float
        Strength of cast shadows, 0 to 1.
    """

    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    sun: float = 1.0


def steady(_time: float) -> Light:
    """Light that does not change."""
    return Light()


@dataclass(frozen=True)
class Scene:
    """All that decides a fixture.

    Attributes
    ----------
    name : str
        File name of the clip or name of the folder of stills.
    description : str
        One line.
    place : callable
        Builds the scenery from a generator.
    seed : int
        Of scenery and noise.
    times : tuple of float
        Time stamps of the frames, seconds.
    rate : float
        Nominal frames per second.
    movers : tuple of (str, Mover)
        With what to call them in the truth.
    light : callable
        Light as a function of seconds.
    gusts : tuple of Gust
        Wind in the plants.
    camera : Camera
        Lens and noise.
    coding : Coding
        Compression.
    mask_every : int
        Frames between two true masks; only scenes with movers get masks.
    first_still : datetime, optional
        Clock time of the first picture; makes the fixture a folder of stills.
    """

    name: str
    description: str
    place: Callable[[np.random.Generator], Scenery]
    seed: int
    times: tuple[float, ...]
    rate: float
    movers: tuple[tuple[str, Mover], ...] = ()
    light: Callable[[float], Light] = steady
    gusts: tuple[Gust, ...] = ()
    camera: Camera = field(default_factory=Camera)
    coding: Coding = field(default_factory=Coding)
    mask_every: int = 10
    first_still: datetime | None = None

    @property
    def stem(self) -> str:
        """Name without suffix."""
        return Path(self.name).stem


class _Filming:
    """One run through the frames of a scene, gathering the truth on the way."""

    def __init__(self, scene: Scene, truth_folder: Path) -> None:
        self.scene = scene
        self.truth_folder = truth_folder
        self.scenery = scene.place(np.random.default_rng([scene.seed, 0]))
        self.noise = np.random.default_rng([scene.seed, 1])
        self.tracks = [Track(what) for what, _ in scene.movers]
        self.free = [self.scenery.free_for(mover.foot_row) for _, mover in scene.movers]
        if scene.movers:
            truth_folder.mkdir(parents=True, exist_ok=True)
            # Masks of an earlier run with another spacing must not linger.
            for mask in truth_folder.glob("gt*.png"):
                mask.unlink()

    def frames(self) -> Iterator[tuple[float, ByteImage]]:
        """Yield the time stamp and the picture of every frame."""
        for number, time in enumerate(self.scene.times):
            yield time, self._frame(number, time)

    def _frame(self, number: int, time: float) -> ByteImage:
        scene = self.scene
        illumination = scene.light(time)
        light = self.scenery.at(time, scene.gusts)
        moving = Coverage.empty()
        for index in self._back_to_front():
            mover, track = scene.movers[index][1], self.tracks[index]
            layer = mover.layer_at(time)
            if layer is None:
                continue
            coverage = Coverage.empty()
            lay(
                light,
                layer,
                free=self.free[index],
                ground=self.scenery.ground,
                shadow_strength=mover.sun.strength * illumination.sun,
                coverage=coverage,
            )
            if mover.moves_at(time):
                track.note(number, time, coverage)
                np.maximum(moving.body, coverage.body, out=moving.body)
                np.maximum(moving.shadow, coverage.shadow, out=moving.shadow)
        if scene.movers and number % scene.mask_every == 0:
            write_mask(self.truth_folder / f"gt{number:06d}.png", mask_of(moving))
        return scene.camera.expose(light * single(illumination.gain), self.noise)

    def _back_to_front(self) -> list[int]:
        movers = self.scene.movers
        return sorted(range(len(movers)), key=lambda index: movers[index][1].foot_row)

    def truth(self) -> dict[str, object]:
        """Return the scene's entry of the truth file."""
        scene = self.scene
        events = [event for track in self.tracks for event in track.events()]
        return {
            "description": scene.description,
            "size": [WIDTH, HEIGHT],
            "fps": scene.rate,
            "frames": len(scene.times),
            "events": as_json(events),
            "mask_every": scene.mask_every if scene.movers else None,
        }


def render(scene: Scene, out: Path) -> dict[str, object]:
    """Render one fixture below the folder `out`.

    Parameters
    ----------
    scene : Scene
        What to render.
    out : Path
        The fixtures folder; masks go to ``truth/STEM/gt%06d.png`` in it.

    Returns
    -------
    dict
        The fixture's entry of the truth file.
    """
    filming = _Filming(scene, out / "truth" / scene.stem)
    if scene.first_still is None:
        write_clip(out / scene.name, filming.frames(), scene.rate, scene.coding)
        return filming.truth()
    folder = out / scene.name
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for time, picture in filming.frames():
        clock = scene.first_still + timedelta(seconds=time)
        names.append(f"yard_{clock:%Y-%m-%d_%H-%M-%S}.jpg")
        write_still(folder / names[-1], picture)
    return {**filming.truth(), "files": names}
