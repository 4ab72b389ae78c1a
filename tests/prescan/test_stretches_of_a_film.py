"""The chosen stretches as a source of frames, and the reader of key frames."""

import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from films import damage
from long_films import RATE, write_long

from motionlapse.analysis.prepare import small_copy
from motionlapse.errors import SourceError
from motionlapse.frames import Frame, Interruption
from motionlapse.prescan.film import SKIPPED, Stretches
from motionlapse.prescan.stretches import Stretch
from motionlapse.sources.key_frames import KeyFrames, _pictures, key_frame_stream
from motionlapse.sources.recording import Recording
from motionlapse.sources.settings import SourceSettings

COUNTS = Path("/proc/self/io")


def read_so_far():
    """Return how many bytes this process has read."""
    return int(COUNTS.read_text(encoding="ascii").split()[1])


@pytest.fixture(
    scope="session", params=["mp4", "mkv", "ts", "bframes.mp4", "bframes.mkv", "hevc.mp4"]
)
def film(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("films") / f"film.{request.param}"
    b_frames = 3 if "." in request.param else 0
    options = {}
    if request.param.startswith("hevc"):  # open GOPs: frames shown before a key frame refer to it
        options = {"codec": "libx265", "x265-params": "log-level=none:open-gop=1"}
    return write_long(path, seconds=20, moves=((5, 8),), b_frames=b_frames, **options)


@pytest.fixture
def whole(film):
    with Recording(film) as source:
        return {frame.index: (frame.time, frame.planes.luma.view.copy()) for frame in source}


def groups_of(film, **part):
    reader = KeyFrames(film, SourceSettings(**part))
    pictures = [planes.luma.view.copy() for planes in reader]
    return reader.groups(), pictures


def test_groups_cover_the_film(film, whole):
    groups, pictures = groups_of(film)
    assert len(groups) == len(pictures) == 20
    for group, after in itertools.pairwise(groups):
        assert group.end_s == after.start_s
    for group, picture in zip(groups, pictures, strict=True):
        time, luma = whole[group.key.index]
        assert group.start_s == time
        assert (picture == luma).all()
    with av.open(str(film)) as container:
        others = [p for p in container.demux(video=0) if p.size and not p.is_keyframe]
        start = container.streams.video[0].start_time
    sizes = [packet.size for packet in others]
    assert np.concatenate([group.sizes for group in groups]).tolist() == sizes
    times = [float((packet.pts - start) * packet.time_base) for packet in others]
    for group, end in zip(groups, np.cumsum([len(group.sizes) for group in groups]), strict=True):
        begin = end - len(group.sizes)
        # Half a second, or all there is.
        count = min(5, end - begin)
        bursts = [
            (sum(sizes[n : n + count]) / count, times[n : n + count])
            for n in range(begin, end - count + 1)
        ]
        size, shown_s = max(bursts, key=lambda burst: burst[0])
        assert group.burst == (size, min(shown_s), max(shown_s))


def test_every_other_key_frame_may_be_left_out(film):
    groups, pictures = groups_of(film)
    reader = KeyFrames(film, SourceSettings(), apart_s=2.0)
    some = [planes.luma.view.copy() for planes in reader]
    assert reader.count == 20
    assert reader.looked_at == [*range(0, 20, 2), 19]  # the last one is never left out
    assert [group.key for group in reader.groups()] == [group.key for group in groups]
    for number, picture in zip(reader.looked_at, some, strict=True):
        assert (picture == pictures[number]).all()
    rest = [1, 5, 7, 17]
    for number, planes in zip(rest, reader.pictures(rest), strict=True):
        assert (planes.luma.view == pictures[number]).all()


@pytest.mark.skipif(not COUNTS.exists(), reason="the system does not count what is read")
def test_a_film_is_read_anew_up_to_the_last_that_is_wanted(tmp_path):
    film = write_long(tmp_path / "film.mkv", seconds=40, moves=())
    reader = KeyFrames(film, apart_s=2.0)
    for _ in reader:
        pass
    read_before = read_so_far()
    assert len(list(reader.pictures([1, 5]))) == 2
    assert read_so_far() - read_before < film.stat().st_size / 2
    assert len(list(reader.pictures([1, 37]))) == 2


def test_none_is_left_out_where_they_are_farther_apart(film):
    reader = KeyFrames(film, SourceSettings(), apart_s=1.9)
    assert len(list(reader)) == 20
    assert reader.looked_at == list(range(20))


def test_a_part_has_its_groups_alone(film):
    groups, pictures = groups_of(film, start=3.5, end=9.2)
    assert [group.start_s for group in groups] == pytest.approx([4, 5, 6, 7, 8, 9], abs=1e-6)
    assert len(pictures) == 6


def test_frames_are_those_of_the_whole_film(film, whole):
    groups, _ = groups_of(film)
    chosen = [Stretch(0, 1, 2.0), Stretch(7, 8, 9.0), Stretch(19, 19, np.inf)]
    with Stretches(film, SourceSettings(), groups, chosen) as source:
        items = list(source)
        assert source.faults == []
    frames = [item for item in items if isinstance(item, Frame)]
    seconds = [0, 1, 7, 8, 19]
    assert [f.index for f in frames] == [s * RATE + n for s in seconds for n in range(RATE)]
    for frame in frames:
        time, luma = whole[frame.index]
        assert frame.time == time
        assert (frame.planes.luma.view == luma).all()
    breaks = [item for item in items if isinstance(item, Interruption)]
    assert [(item.reason, item.forget, item.same_place) for item in breaks] == (
        [(SKIPPED, True, True)] * 2
    )
    assert [item.quiet_s for item in breaks] == pytest.approx([5, 10], abs=1e-6)


def test_what_was_wrong_is_told_once_where_the_next_stretch_cannot_be_opened(tmp_path):
    film = write_long(tmp_path / "film.mkv", seconds=20, moves=())
    groups, _ = groups_of(film)
    damage(film, film.stat().st_size // 40, 200)  # in the first second
    with Stretches(
        film, SourceSettings(), groups, [Stretch(0, 0, 1.0), Stretch(5, 5, 6.0)]
    ) as source:
        film.unlink()
        with pytest.raises(SourceError):
            for _ in source:
                pass
        assert len(source.faults) == 1


def test_what_is_found_wrong_in_a_frame_after_its_stretch_is_told(tmp_path):
    """Held frames are analysed after the stretch has ended, and snapshots are made even later."""
    film = write_long(tmp_path / "film.mp4", seconds=20, moves=())
    groups, _ = groups_of(film)
    chosen = [Stretch(3, 3, 4.0), Stretch(9, 9, 10.0)]
    with Stretches(
        film, SourceSettings(), groups, chosen, shrink=lambda planes: small_copy(planes, 2)
    ) as source:
        frames = [item for item in source if isinstance(item, Frame)]
        film.unlink()
        assert frames[0].small is not None
        assert frames[0].bgr() is not None
        assert len(source.faults) == 1


def test_many_stretches_from_films_that_stay_open(film, whole):
    groups, _ = groups_of(film)
    seconds = range(1, 20, 3)
    chosen = [Stretch(second, second, second + 1.0) for second in seconds]
    with Stretches(film, SourceSettings(), groups, chosen) as source:
        frames = [item for item in source if isinstance(item, Frame)]
        assert source.faults == []
    assert [f.index for f in frames] == [s * RATE + n for s in seconds for n in range(RATE)]
    for frame in frames:
        time, luma = whole[frame.index]
        assert frame.time == time
        assert (frame.planes.luma.view == luma).all()


@pytest.mark.parametrize("first", [0, 4])
def test_key_frames_before_a_stretch_are_learned_from(film, whole, first):
    groups, _ = groups_of(film)
    chosen = [Stretch(first, first, first + 1.0), Stretch(7, 7, 8.0)]
    learned, judged = [], []
    with Stretches(film, SourceSettings(), groups, chosen) as source:
        for item in source:
            if isinstance(item, Interruption):
                learned.append(list(source.opening()))
                assert item.opening_s == pytest.approx(2.0, abs=1e-6)
            else:
                judged.append(item.index)
    starts = [n for n in (first, 7) if n > 0]
    assert [[f.index for f in some] for some in learned] == [
        [RATE * (start - 2), RATE * (start - 1), RATE * start] for start in starts
    ]
    for frame in itertools.chain(*learned):
        time, luma = whole[frame.index]
        assert frame.time == time
        assert (frame.planes.luma.view == luma).all()
    assert judged == [*range(first * RATE, (first + 1) * RATE), *range(70, 80)]


def test_what_is_learned_from_is_kept_small(film, whole):
    def halved(planes):
        return small_copy(planes, 2)

    groups, _ = groups_of(film)
    with Stretches(film, SourceSettings(), groups, [Stretch(4, 4, 5.0)], shrink=halved) as source:
        learned = list(source.opening())
        assert [frame.index for frame in learned] == [2 * RATE, 3 * RATE, 4 * RATE]
        for frame in learned:
            small = frame.to_small()
            height, width = whole[frame.index][1].shape
            assert small.size == (width // 2, height // 2)
            # Normally only the small copy is asked for; whoever wants more gets it enlarged.
            assert frame.planes.size == (width, height)


def test_a_stretch_may_end_within_a_group(film):
    groups, _ = groups_of(film)
    chosen = [Stretch(0, 1, 1.45), Stretch(5, 5, 5.25)]
    with Stretches(film, SourceSettings(), groups, chosen) as source:
        seen = [item.index for item in source if isinstance(item, Frame)]
    assert seen == [*range(15), *range(50, 53)]


def test_it_goes_on_while_something_is_undecided(film):
    groups, _ = groups_of(film)
    chosen = [
        Stretch(0, 0, 1.0),
        Stretch(5, 5, 6.0),
        Stretch(13, 13, 14.0),
        Stretch(17, 17, 18.0),
    ]
    with Stretches(film, SourceSettings(), groups, chosen) as source:
        last = [0]
        source.follow(lambda: last[0] < 27 or 55 <= last[0] < 131)
        seen = []
        for item in source:
            if isinstance(item, Frame):
                last[0] = item.index
                seen.append(item.index)
    # The first stretch goes on up to 2.7 s, and the second runs into the third.
    assert seen == [*range(28), *range(50, 140), *range(170, 180)]


@pytest.mark.parametrize("after", [0, 1, 2])
def test_it_can_be_closed_at_any_time(film, after):
    groups, _ = groups_of(film)
    chosen = [Stretch(0, 0, 1.0), Stretch(5, 5, 6.0), Stretch(13, 13, 14.0)]
    source = Stretches(film, SourceSettings(), groups, chosen)
    items = iter(source)
    for _ in itertools.islice(items, after * (RATE + 1)):
        pass
    source.close()
    source.close()
    assert not is_open(film)
    items.close()
    assert not is_open(film)


def is_open(path):
    # A file that another thread has closed meanwhile has no link any more.
    return any(link.resolve() == path for link in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize(("numbers", "reason"), [([0], "more than one"), ([0, 1, 2], "no picture")])
def test_each_key_frame_gives_one_picture(film, numbers, reason):
    with av.open(str(film)) as container:
        stream = key_frame_stream(container, "film", SourceSettings())
        keys = [packet for packet in container.demux(stream) if packet.is_keyframe][:2]
        seen = []
        with pytest.raises(SourceError, match=reason):
            seen.extend(zip(numbers, _pictures(stream, keys, numbers), strict=True))
