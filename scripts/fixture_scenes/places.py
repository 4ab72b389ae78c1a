"""The places in which the scenes are set: a yard, a street, a garden and a room."""

from __future__ import annotations

import numpy as np

from fixture_scenes.canvas import (
    HEIGHT,
    WIDTH,
    Canvas,
    FloatImage,
    box,
    pixel_grid,
    polygon,
    single,
)
from fixture_scenes.foliage import leaf_heap
from fixture_scenes.scenery import (
    Occluder,
    Scenery,
    cast_bush_shadow,
    paint_door,
    paint_pot,
    paint_sky,
    paint_window,
)
from fixture_scenes.textures import (
    Ground,
    asphalt,
    boards,
    bricks,
    fractal,
    grass,
    joints,
    paving,
    per_cell,
)


def yard(rng: np.random.Generator) -> Scenery:
    """Paved yard before a brick house; a tall bush on the right hides what is behind it."""
    geometry = Ground(horizon=58.0, camera_height=3.0)
    wall_foot = 112.0
    columns, rows = pixel_grid()
    canvas = Canvas.blank()
    paint_sky(canvas, rng, geometry.horizon)

    canvas.paint(box(0, 16, WIDTH, wall_foot), (92, 112, 158), bricks(rng, 9.0, 3.6))
    plinth = 0.12 * fractal(columns / 9, rows / 9, rng, octaves=4)
    canvas.paint(box(0, wall_foot - 9, WIDTH, wall_foot), (118, 122, 126), plinth)
    # The eaves and the shade under them.
    canvas.shade(box(0, 10, WIDTH, 27, 1.5), 0.5)
    canvas.paint(box(0, 9, WIDTH, 16), (70, 74, 80), 0.1 * fractal(columns / 20, rows / 3, rng))
    paint_door(canvas, rng, (62, 54, 90, wall_foot))
    paint_window(canvas, rng, (118, 46, 162, 84))
    paint_window(canvas, rng, (196, 46, 240, 84))
    canvas.shade(box(180, 16, 184.5, wall_foot, 0.5), 0.6)
    canvas.paint(box(178, 16, 181.5, wall_foot), (128, 134, 136), -0.25 * (columns - 179.5))

    ground = box(0, wall_foot, WIDTH, HEIGHT)
    canvas.paint(ground, (142, 150, 156), paving(geometry, rng, 0.75))
    canvas.shade(box(-5, wall_foot - 1, WIDTH + 5, wall_foot + 3, 1.5), 0.65)
    for column in (24.0, 104.0):
        paint_pot(canvas, column, wall_foot + 8, 15, 14)
        leaf_heap(
            rng, [((column, wall_foot - 12), (11.0, 10.0))], (62, 132, 96), leaf=3.5, density=1.6
        ).paint_on(canvas)

    cast_bush_shadow(canvas, 290, 166, 34)
    bush = leaf_heap(
        rng,
        [((296.0, 142.0), (44.0, 27.0)), ((300.0, 112.0), (42.0, 32.0)), ((306, 88), (34, 24))],
        (58, 138, 108),
        leaf=4.5,
        density=1.1,
    )
    return Scenery(canvas.light, geometry, ground, (Occluder(168.0, bush.alpha),), (bush,))


def street(rng: np.random.Generator) -> Scenery:
    """Road along a row of houses; a stone pillar on the left hides what is behind it."""
    geometry = Ground(horizon=66.0, camera_height=3.6)
    house_foot, kerb, verge = 104.0, 124.0, 222.0
    columns, rows = pixel_grid()
    canvas = Canvas.blank()
    paint_sky(canvas, rng, geometry.horizon)

    plaster = 0.07 * fractal(columns / 30, rows / 30, rng, octaves=6)
    houses = (
        (-5, 132, 26, (150, 186, 200)),
        (132, 236, 18, (160, 164, 196)),
        (236, 325, 30, (172, 182, 176)),
    )
    for left, right, eaves, colour in houses:
        canvas.paint(box(left, eaves, right, house_foot), colour, plaster)
        _paint_house_front(canvas, rng, (left, eaves, right, house_foot))

    ground = box(0, house_foot, WIDTH, HEIGHT)
    canvas.paint(box(0, house_foot, WIDTH, kerb), (158, 164, 166), paving(geometry, rng, 0.6))
    canvas.paint(box(0, kerb, WIDTH, verge), (112, 112, 114), asphalt(geometry, rng))
    canvas.paint(box(0, kerb - 1.5, WIDTH, kerb + 1), (182, 186, 188), plaster)
    canvas.shade(box(0, kerb + 1, WIDTH, kerb + 3.5, 0.5), 0.7)
    across, _, _ = geometry.coordinates()
    dashes = box(0, 166, WIDTH, 169.5) * (np.mod(across + 0.6, 2.4) < 1.3)
    canvas.paint(dashes, (206, 210, 212), 2 * plaster)
    canvas.paint(box(0, verge, WIDTH, HEIGHT), (64, 122, 100), grass(geometry, rng))
    canvas.paint(box(0, verge - 2, WIDTH, verge), (168, 172, 174), plaster)

    pillar = box(-4, 118, 66, 236)
    stone = bricks(rng, 22.0, 11.0) + 0.12 * fractal(columns / 5, rows / 5, rng)
    canvas.shade(polygon([(60, 236), (112, 226), (100, 222), (60, 226)], 1.5), 0.5)
    canvas.paint(pillar, (128, 140, 150), 0.7 * stone - 0.004 * (columns - 20))
    canvas.paint(box(-4, 113, 70, 120), (150, 160, 168), plaster)
    canvas.shade(box(-4, 120, 66, 123, 0.6), 0.6)
    return Scenery(canvas.light, geometry, ground, (Occluder(236.0, pillar),))


def _paint_house_front(
    canvas: Canvas, rng: np.random.Generator, place: tuple[float, float, float, float]
) -> None:
    """Paint roof, windows and door around a wall at `place` (left, top, right, bottom)."""
    left, eaves, right, foot = place
    columns, rows = pixel_grid()
    slope = [(left, eaves), (left + 14, eaves - 22), (right - 14, eaves - 22), (right, eaves)]
    tiles = 0.2 * np.sin(rows * 2.2) + 0.15 * fractal(columns / 4, rows / 4, rng)
    canvas.paint(polygon(slope), (62, 70, 112), tiles)
    canvas.shade(box(left, eaves - 1, right, eaves + 5, 1.0), 0.62)
    paint_window(canvas, rng, (left + 16, 50, left + 38, 76))
    paint_window(canvas, rng, (right - 34, 50, right - 12, 76))
    middle = (left + right) / 2
    paint_door(canvas, rng, (middle - 9, 62, middle + 9, foot), (88, 58, 50))
    canvas.shade(box(right - 2, eaves, right, foot, 0.7), 0.75)
    canvas.shade(box(left, foot - 8, right, foot, 0.3), 0.78)


def garden(rng: np.random.Generator) -> Scenery:
    """Lawn with a fence, a tree on the right, a flower tub and a pile of logs."""
    geometry = Ground(horizon=52.0, camera_height=3.0)
    fence_foot = 98.0
    columns, rows = pixel_grid()
    canvas = Canvas.blank()
    paint_sky(canvas, rng, geometry.horizon)
    far_trees = [((40, 44), (62, 22)), ((150, 48), (70, 16)), ((285, 42), (60, 24))]
    leaf_heap(rng, far_trees, (92, 128, 108), leaf=3.5, density=2.0).paint_on(canvas)

    canvas.paint(box(0, 56, WIDTH, fence_foot), (104, 132, 158), boards(rng, 7.5))
    for rail in (64.0, 88.0):
        canvas.shade(box(0, rail + 2, WIDTH, rail + 4, 0.4), 0.7)
        canvas.paint(box(0, rail - 1, WIDTH, rail + 2), (112, 140, 166), 0.4 * boards(rng, 40))
    ground = box(0, fence_foot, WIDTH, HEIGHT)
    canvas.paint(ground, (66, 146, 122), grass(geometry, rng))
    canvas.shade(box(-5, fence_foot - 2, WIDTH + 5, fence_foot + 5, 2.0), 0.55)
    path = [(132, fence_foot), (158, fence_foot), (120, HEIGHT), (20, HEIGHT)]
    canvas.paint(polygon(path, 0.8), (140, 158, 168), paving(geometry, rng, 0.5))

    trunk = [(238, 132), (243, 60), (253, 60), (260, 132)]
    bark = 0.3 * fractal(columns / 2.5, rows / 16, rng, octaves=3)
    canvas.shade(polygon([(240, 132), (318, 122), (322, 116), (250, 126)], 2.0), 0.55)
    canvas.paint(polygon(trunk), (62, 82, 100), bark - 0.04 * (columns - 248))

    tub, logs = _paint_tub(canvas, rng), _paint_logs(canvas, rng)
    boughs = [((248, 62), (60, 30)), ((226, 40), (40, 28)), ((274, 34), (42, 32))]
    crown = leaf_heap(rng, boughs, (60, 156, 118), leaf=5.5, density=0.45)
    return Scenery(
        canvas.light, geometry, ground, (Occluder(196.0, tub), Occluder(200.0, logs)), (crown,)
    )


def _paint_tub(canvas: Canvas, rng: np.random.Generator) -> FloatImage:
    """Paint a wooden tub of flowers; return what it hides, shape (480, 640)."""
    columns, _ = pixel_grid()
    left, right, top, foot = 66.0, 108.0, 172.0, 195.0
    canvas.shade(polygon([(left, foot), (right + 22, foot - 2), (right + 16, foot - 8)], 1.2), 0.5)
    body = polygon([(left, top), (right, top), (right - 3, foot), (left + 3, foot)])
    canvas.paint(body, (78, 104, 132), boards(rng, 5.0) - 0.015 * (columns - 87))
    flowers = leaf_heap(rng, [((87.0, 168.0), (23.0, 9.0))], (70, 140, 96), leaf=3.5, density=1.6)
    flowers.paint_on(canvas)
    for hue in ((70, 60, 200), (90, 190, 220)):
        blossom = leaf_heap(rng, [((87.0, 165.0), (20.0, 6.0))], hue, leaf=3.5, density=0.05)
        blossom.paint_on(canvas)
    return single(np.maximum(body, flowers.alpha))


def _paint_logs(canvas: Canvas, rng: np.random.Generator) -> FloatImage:
    """Paint a pile of logs seen end-on; return what it hides, shape (480, 640)."""
    columns, rows = pixel_grid()
    foot, radius = 199.0, 7.0
    hidden = np.zeros(columns.shape, np.float32)
    canvas.shade(polygon([(204, foot), (292, foot), (286, foot - 12)], 1.5), 0.5)
    rings = 0.15 * fractal(columns / 3, rows / 3, rng)
    for level, count in enumerate((5, 4, 3)):
        for index in range(count):
            column = 212 + radius * (2 * index + level)
            row = foot - radius - 1.75 * radius * level
            distance = np.hypot(columns - column, rows - row)
            disc = np.clip((radius - distance) * 2, 0, 1)
            canvas.paint(disc, (58, 76, 96))
            wood = np.clip((radius - 1.3 - distance) * 2, 0, 1)
            canvas.paint(wood, (128, 164, 192), 0.12 * np.sin(3 * distance) + rings)
            hidden = np.maximum(hidden, disc)
    # The gaps between the logs are dark and hide as well.
    gaps = polygon([(208, foot - 2), (272, foot - 2), (258, foot - 31), (222, foot - 31)])
    canvas.paint(gaps * (1 - hidden), (22, 24, 26))
    return single(np.maximum(hidden, gaps))


def room(rng: np.random.Generator) -> Scenery:
    """Room with floor boards, a door, a bookshelf and a sofa."""
    geometry = Ground(horizon=40.0, camera_height=2.2)
    floor_top = 142.0
    columns, rows = pixel_grid()
    canvas = Canvas.blank()
    paper = 0.05 * fractal(columns / 50, rows / 50, rng, octaves=6)
    stripes = 0.06 * np.sign(np.sin(columns * 0.55))
    canvas.paint(box(0, 0, WIDTH, floor_top), (158, 176, 186), paper + stripes)
    canvas.paint(box(0, floor_top - 7, WIDTH, floor_top), (196, 204, 208), paper)
    across, away, footprint = geometry.coordinates()
    grain = fractal(across / 0.05, away / 0.8, rng, octaves=3, footprint=footprint / 0.05)
    tone = per_cell(across / 0.18, away / 1.6 + np.floor(across / 0.18) * 0.37, rng)
    gaps = joints(across, 0.18, 0.008, footprint)
    ground = box(0, floor_top, WIDTH, HEIGHT)
    canvas.paint(ground, (84, 122, 160), 0.10 * tone + 0.08 * grain - 0.45 * gaps)
    canvas.shade(box(-5, floor_top - 1, WIDTH + 5, floor_top + 3, 1.2), 0.7)

    paint_door(canvas, rng, (28, 36, 78, floor_top), (150, 166, 176))
    paint_window(canvas, rng, (112, 28, 168, 84))
    _paint_bookshelf(canvas, rng, floor_top)
    _paint_sofa(canvas, rng)
    # The lamp hangs above the middle: light falls off toward the sides.
    pool = np.hypot((columns - 150) / 210, (rows - 60) / 190)
    canvas.light *= np.clip(1.15 - 0.75 * pool**2, 0.15, 1.2)[..., None]
    return Scenery(canvas.light, geometry, ground)


def _paint_bookshelf(canvas: Canvas, rng: np.random.Generator, floor_top: float) -> None:
    """Paint a shelf of books standing at the back wall."""
    columns, rows = pixel_grid()
    wood = 0.1 * fractal(columns / 3, rows / 30, rng, octaves=3)
    canvas.shade(box(208, 16, 300, floor_top + 4, 2.0), 0.6)
    canvas.paint(box(206, 14, 294, floor_top + 3), (52, 70, 92), wood)
    for shelf in range(5):
        top = 18 + 25 * shelf
        canvas.paint(box(209, top, 291, top + 21), (30, 38, 48))
        column = 210.0
        while column < 284:
            width, height = rng.uniform(3, 7), rng.uniform(13, 20)
            hue = rng.uniform(45, 150) + rng.uniform(-28, 28, 3)
            back = box(column, top + 21 - height, column + width - 0.5, top + 21)
            canvas.paint(back, (int(hue[0]), int(hue[1]), int(hue[2])))
            column += width


def _paint_sofa(canvas: Canvas, rng: np.random.Generator) -> None:
    """Paint a sofa with two cushions and its shadow on the floor."""
    columns, rows = pixel_grid()
    weave = 0.1 * fractal(columns / 4, rows / 4, rng, octaves=4)
    canvas.shade(box(84, 176, 206, 186, 2.5), 0.45)
    canvas.paint(box(90, 118, 196, 160, 0.8), (98, 84, 70), weave)
    for left, right in ((92, 143), (143, 194)):
        canvas.shade(box(left, 148, right, 164, 0.8), 0.6)
        canvas.paint(box(left + 1, 150, right - 1, 170, 0.8), (118, 102, 88), weave)
    canvas.paint(box(90, 166, 196, 182, 0.5), (84, 72, 60), weave)
    for left, right in ((80, 93), (193, 206)):
        canvas.paint(box(left, 138, right, 183, 0.8), (106, 90, 76), weave)
    canvas.paint(
        polygon([(108, 128), (130, 124), (134, 148), (112, 152)], 0.8), (70, 120, 190), weave
    )
