"""The mailbox between a camera's thread and the loop."""

from __future__ import annotations

import threading

from motionlapse.sources.mailbox import Mailbox


def _merge(older: str, newer: str) -> str:
    return f"{older}+{newer}"


def test_the_newest_frame_wins_and_the_others_are_counted() -> None:
    box: Mailbox[int, str] = Mailbox(_merge)
    for number in range(5):
        box.put(number)
    assert (box.get(0), box.get(0), box.dropped) == (4, None, 4)


def test_frames_that_are_to_be_kept_wait_in_order_until_one_is_not() -> None:
    box: Mailbox[int, str] = Mailbox(_merge)
    for number in range(4):
        box.put(number, keep=True)
    assert (box.waiting, box.get(0), box.get(0), box.dropped) == (4, 0, 1, 0)
    box.put(4)
    assert (box.get(0), box.get(0), box.dropped) == (4, None, 2)


def test_frames_in_turn_are_never_replaced_and_a_break_waits_for_them() -> None:
    box: Mailbox[int, list[str]] = Mailbox(lambda older, newer: older + newer)
    for number in range(3):
        box.put_in_turn(number)
    box.put(3)
    box.put(4)
    assert (box.waiting, box.dropped) == (4, 1)
    breaking = threading.Thread(target=box.put_break, args=(["lost"],))
    breaking.start()
    assert [box.get(0) for _ in range(3)] == [0, 1, 2]
    breaking.join()
    assert not box.waits_in_turn
    assert box.get(0) == ["lost"]
    assert box.dropped == 2


def test_frames_in_turn_wait_for_room() -> None:
    box: Mailbox[int, list[str]] = Mailbox(lambda older, newer: older + newer)
    box.put_in_turn(0, most=1)
    putting = threading.Thread(target=box.put_in_turn, args=(1, 1))
    putting.start()
    assert box.get(1.0) == 0
    putting.join()
    assert box.get(1.0) == 1


def test_a_break_comes_first_and_breaks_become_one() -> None:
    box: Mailbox[int, str] = Mailbox(_merge)
    box.put(1)
    box.put_break("lost")
    box.put_break("away")
    box.put(2)
    box.close()
    assert [box.get(0), box.get(0), box.closed, box.get(0)] == ["lost+away", 2, True, None]
    assert box.dropped == 1
