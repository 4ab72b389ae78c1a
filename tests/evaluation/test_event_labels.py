"""Reading a table of labelled events."""

import pytest

from motionlapse.errors import ConfigError
from motionlapse.evaluation.event_labels import EventLabel, read_event_labels

HEADING = "clip,start_frame,end_frame,tolerance_frames,kind,what\n"


@pytest.fixture
def read(tmp_path):
    def from_text(text, encoding="utf-8"):
        path = tmp_path / "events.csv"
        path.write_bytes(text.encode(encoding))
        return read_event_labels(path)

    return from_text


def test_rows_are_gathered_by_clip_in_order(read):
    labels = read(
        HEADING
        + "b.mp4,5,9,2,event,a cat\n"
        + "\n"
        + "a.mp4,0,3,1,quiet,leaves\n"
        + 'b.mp4,20,30,0,dwell,"sits, and looks"\n'
    )
    assert list(labels) == ["b.mp4", "a.mp4"]
    assert labels["b.mp4"] == [
        EventLabel("b.mp4", 5, 9, 2, "event", "a cat"),
        EventLabel("b.mp4", 20, 30, 0, "dwell", "sits, and looks"),
    ]


def test_columns_may_stand_in_any_order_after_a_byte_order_mark(read):
    text = "what,kind,tolerance_frames,end_frame,start_frame,clip,by\na cat,event,2,9,5,b.mp4,me\n"
    assert read(text, "utf-8-sig") == {"b.mp4": [EventLabel("b.mp4", 5, 9, 2, "event", "a cat")]}


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("a.mp4,5,x,2,event,\n", "line 2: end_frame 'x' is not a whole number from 0"),
        (
            "a.mp4,5,9,2,event,\na.mp4,5,9,-2,event,\n",
            "line 3: tolerance_frames '-2' is not a whole",
        ),
        ("a.mp4,9,5,2,event,\n", "line 2: end_frame 5 is before start_frame 9"),
        ("a.mp4,5,9,2,evnt,\n", "line 2: kind 'evnt' is not one of .*did you mean 'event'"),
        ("a.mp4,5,9,2,event,a,b\n", "line 2: 7 values for 6 columns"),
        ("a.mp4,5,9\n", "line 2: 3 values for 6 columns"),
        (",5,9,2,event,\n", "line 2: clip is empty"),
        ('a.mp4,5,9,2,event,"open\n', "line 2: unexpected end of data"),
        (
            "a.mp4,5,9,2,event,\nb.mp4,0,9,0,quiet,\na.mp4,9,20,0,quiet,\n",
            "line 4: frames 9 to 9 of a.mp4 are quiet, and event in line 2; a quiet frame can be n",
        ),
        ("a.mp4,0,99,0,quiet,\na.mp4,50,60,0,tiny,\n", "line 3: frames 50 to 60 of a.mp4 are tiny"),
        ("", "line 1: no rows follow the heading"),
    ],
)
def test_a_bad_row_is_named_by_its_line(read, rows, complaint):
    with pytest.raises(ConfigError, match=rf"events\.csv, {complaint}"):
        read(HEADING + rows)


def test_only_quiet_frames_can_be_nothing_else(read):
    rows = "a.mp4,0,9,0,quiet,\na.mp4,5,12,0,quiet,\na.mp4,20,40,0,event,\n"
    rows += "a.mp4,30,50,0,event,\na.mp4,35,45,0,dwell,\na.mp4,25,28,0,tiny,\n"
    assert len(read(HEADING + rows)["a.mp4"]) == 6


def test_a_table_without_its_columns_or_none_at_all(read, tmp_path):
    with pytest.raises(ConfigError, match="line 1: no column clip, kind; the first line must"):
        read("file,start_frame,end_frame,tolerance_frames,type,what\n")
    with pytest.raises(ConfigError, match="line 1: no column"):
        read("")
    with pytest.raises(ConfigError, match=r"events\.csv: cannot be read: it is not UTF-8 text"):
        read(HEADING + "a.mp4,5,9,2,event,café\n", "latin-1")
    with pytest.raises(ConfigError, match="cannot be read: no such file"):
        read_event_labels(tmp_path / "none.csv")
