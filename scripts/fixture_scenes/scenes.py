"""The fixtures, one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import numpy as np

from fixture_scenes.camera import Camera
from fixture_scenes.canvas import GAMMA
from fixture_scenes.car import Car
from fixture_scenes.encoding import Coding
from fixture_scenes.foliage import BREEZE
from fixture_scenes.movers import Cat, Clothes, Path, Walker
from fixture_scenes.places import garden, room, street, yard
from fixture_scenes.render import Light, Scene

_BLUE_COAT = Clothes(coat=(140, 80, 40), trousers=(96, 92, 88))
_PALE_COAT = Clothes(coat=(196, 206, 212), trousers=(70, 50, 40))
_DARK_COAT = Clothes(coat=(44, 40, 40), trousers=(58, 46, 40))


def _regular(rate: float, seconds: float) -> tuple[float, ...]:
    """Evenly spaced time stamps from 0 up to, not including, `seconds`."""
    return tuple(number / rate for number in range(round(rate * seconds)))


def _variable() -> tuple[float, ...]:
    """25 frames per second for 5 s, a gap of 0.4 s, then 12.5 frames per second."""
    fast = [number / 25 for number in range(125)]
    slow = [fast[-1] + 0.4 + number / 12.5 for number in range(70)]
    return tuple(round(time, 3) for time in [*fast, *slow])


def _cloud(start_s: float, ramp_s: float, stay_s: float) -> Callable[[float], Light]:
    """Light dimmed smoothly to 0.65 of the grey levels and back."""
    corners = np.cumsum([start_s, ramp_s, stay_s, ramp_s])

    def light(time: float) -> Light:
        depth = float(np.interp(time, corners, [0.0, 1.0, 1.0, 0.0]))
        eased = depth * depth * (3.0 - 2.0 * depth)
        gain = (1.0 - 0.35 * eased) ** GAMMA
        return Light((gain, gain, gain), sun=1.0 - 0.7 * eased)

    return light


def _lamp(time: float) -> Light:
    """Switch a lamp off from 4 s to 8 s; what remains is daylight, a little bluer."""
    if not 4.0 <= time < 8.0:
        return Light()
    blue, green, red = (level**GAMMA for level in (0.64, 0.60, 0.57))
    return Light((blue, green, red))


_CROSSINGS = (
    ("walker", Walker(Path(2.0, 338, 20, 92), 212, 71, _PALE_COAT)),
    ("walker", Walker(Path(8.1, 338, 20, 92), 200, 66, _DARK_COAT)),
)
"""Both hurry in from the right and vanish behind the street's pillar."""


def catalogue() -> list[Scene]:
    """Return all fixtures in the order in which they are rendered."""
    return [*_still_scenes(), *_moving_scenes(), *_timing_scenes(), _stills()]


def _still_scenes() -> list[Scene]:
    """Scenes without a mover, however much the picture changes."""
    return [
        Scene(
            "static_noise.mp4",
            "noisy picture of a yard in which nothing moves",
            yard,
            seed=101,
            times=_regular(25, 8),
            rate=25,
            camera=Camera(read_noise=1.6, shot_noise=0.09),
            coding=Coding(crf=25),
        ),
        Scene(
            "cloud.mp4",
            "a cloud dims the street smoothly to 0.65 of its grey levels and back; nothing moves",
            street,
            seed=102,
            times=_regular(25, 12),
            rate=25,
            light=_cloud(3.0, 2.5, 1.0),
        ),
        Scene(
            "light_switch.mp4",
            "a lamp goes off at 4 s and on again at 8 s, each within one frame; nothing moves",
            room,
            seed=103,
            times=_regular(25, 11),
            rate=25,
            light=_lamp,
        ),
        Scene(
            "swaying.mp4",
            "a tree sways in the wind; nothing else moves",
            garden,
            seed=104,
            times=_regular(25, 8),
            rate=25,
            gusts=BREEZE,
        ),
    ]


def _moving_scenes() -> list[Scene]:
    """Scenes with movers at an even frame rate."""
    return [
        Scene(
            "walker.mp4",
            "a person crosses the yard to the right; later another, farther away, to the left",
            yard,
            seed=105,
            times=_regular(25, 19),
            rate=25,
            movers=(
                ("walker, near", Walker(Path(3.4, -24, 350, 80), 208, 86, _BLUE_COAT)),
                ("walker, far", Walker(Path(11.2, 300, -24, 70), 152, 55)),
            ),
        ),
        Scene(
            "slow_mover.mp4",
            "a cat comes from behind a tub, crosses the lawn slowly and goes behind logs",
            garden,
            seed=106,
            times=_regular(25, 15),
            rate=25,
            movers=(("cat", Cat(Path(2.0, 88, 232, 12.5), 187, 19)),),
        ),
        Scene(
            "cloud_walker.mp4",
            "a person walks along the street while a cloud dims it to 0.65 and back",
            street,
            seed=107,
            times=_regular(25, 12),
            rate=25,
            movers=(("walker", Walker(Path(3.4, 345, 20, 68), 206, 68, _PALE_COAT)),),
            light=_cloud(3.0, 2.5, 1.0),
        ),
        Scene(
            "parked_leaves.mp4",
            "a car parked from the first frame drives off at 5 s; then the street is empty",
            street,
            seed=108,
            times=_regular(25, 14),
            rate=25,
            movers=(("car", Car(112, 156, 70, 32, leaves_s=5.0, acceleration=48)),),
            # No keyframe at 5 s: its flicker would hide when the car sets off.
            coding=Coding(keyframe_every=110),
        ),
    ]


def _timing_scenes() -> list[Scene]:
    """Scenes that differ in how time is sampled."""
    hurry = "two people hurry one after the other along the street and behind a pillar"
    return [
        Scene(
            "vfr.mkv",
            "a person crosses the yard; 25 frames per second to 4.96 s, a gap of 0.4 s, then 12.5",
            yard,
            seed=109,
            times=_variable(),
            rate=25,
            movers=(("walker", Walker(Path(3.0, -24, 345, 82), 200, 82, _BLUE_COAT)),),
        ),
        Scene(
            "scene_30fps.mp4",
            f"{hurry}; 30 frames per second",
            street,
            seed=110,
            times=_regular(30, 12),
            rate=30,
            movers=_CROSSINGS,
            coding=Coding(keyframe_every=150),
            mask_every=15,
        ),
        Scene(
            "scene_10fps.mp4",
            f"{hurry}; the same at 10 frames per second",
            street,
            seed=110,
            times=_regular(10, 12),
            rate=10,
            movers=_CROSSINGS,
            coding=Coding(keyframe_every=50),
            mask_every=5,
        ),
    ]


def _stills() -> Scene:
    """Return the folder of stills."""
    return Scene(
        "stills",
        "JPEG stills of a yard, one every 2 s; a person is in some of them",
        yard,
        seed=111,
        times=tuple(2.0 * number for number in range(16)),
        rate=0.5,
        movers=(
            ("walker, near", Walker(Path(9.0, -20, 345, 55), 204, 84)),
            ("walker, far", Walker(Path(21.0, 300, -20, 48), 154, 56, _BLUE_COAT)),
        ),
        mask_every=1,
        first_still=datetime(2024, 5, 4, 12, 0, 0),
    )
