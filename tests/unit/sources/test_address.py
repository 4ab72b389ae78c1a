from __future__ import annotations

from pathlib import Path

import pytest

from motionlapse.credentials import HiddenAddress, redact
from motionlapse.errors import SourceError
from motionlapse.pipeline_settings import Settings
from motionlapse.sources.address import Kind, parse_address
from motionlapse.sources.camera import local_cameras


@pytest.mark.parametrize(
    ("typed", "kind", "name", "label"),
    [
        ("0", Kind.CAMERA, "0", "camera-0"),
        ("/dev/video2", Kind.CAMERA, "/dev/video2", "video2"),
        ("demo:", Kind.DEMO, "demo:", "demo"),
        ("rtsp://host/a", Kind.STREAM, "rtsp://host/a", "host"),
        ("RTSP://u:p@10.0.0.7:554/a", Kind.STREAM, "RTSP://u:***@10.0.0.7:554/a", "10.0.0.7"),
        ("http://u:p@ss:w@host:80/x?y=1", Kind.STREAM, "http://u:***@host:80/x?y=1", "host"),
        ("rtsp://[fe80::1]:554/a", Kind.STREAM, "rtsp://[fe80::1]:554/a", "fe80--1"),
    ],
)
def test_sources(typed: str, kind: Kind, name: str, label: str) -> None:
    address = parse_address(typed)
    assert (address.kind, address.name, address.label) == (kind, name, label)
    assert address.target == typed
    assert ":p@" not in repr(address)


def test_a_film_is_a_file(tmp_path: Path) -> None:
    film = tmp_path / "door.mp4"
    film.touch()
    assert parse_address(str(film)).kind is Kind.FILE
    assert parse_address(str(film)).label == "door"


@pytest.mark.parametrize("typed", ["", "demo", "nothing.mp4", "ftp://host/x", "rtsp:///x"])
def test_no_sources(typed: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        parse_address(typed)


@pytest.mark.parametrize("port", ["0", "65536", "70000", "-5", "rtsp", "80x", "9" * 5000])
def test_ports_that_are_none(port: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse_address(f"rtsp://u:geheim@host:{port}/x")
    assert str(caught.value) == (
        f"rtsp://u:***@host:{port}/x: '{port}' is not a port, which is a number from 1 to 65535"
    )


@pytest.mark.parametrize("port", ["0", "65536", "geheim", "gehe/im", "[::1]:geheim"])
def test_what_may_be_a_password_is_not_told_as_a_port(port: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse_address(f"rtsp://cam:{port}")
    assert str(caught.value) == (
        "rtsp://cam:***: what comes after the colon is not a port, which is a number from 1 to "
        "65535; a password is followed by @ and the host"
    )


@pytest.mark.parametrize("host", ["host", "host:1", "host:65535", "host:", "[fe80::1]", "[::1]:80"])
def test_ports_that_are_some(host: str) -> None:
    assert parse_address(f"rtsp://u:p@{host}/x").kind is Kind.STREAM


@pytest.mark.parametrize("path", ["live@cam:main", "?mail=a@b:c"])
def test_what_comes_after_an_at_sign_in_a_path_is_no_port(path: str) -> None:
    assert parse_address(f"http://host:80/{path}").kind is Kind.STREAM


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://user:geheim@host/x", "rtsp://user:***@host/x"),
        ("rtsp://user:ge@he/im@host/x", "rtsp://user:***@host/x"),
        ("https://geheim@host/x", "https://***@host/x"),
        ("http://host/x?user=a&password=geheim&b=1", "http://host/x?user=a&password=***&b=1"),
        ("http://host/hook?token=geheim", "http://host/hook?token=***"),
        ("http://host/x", "http://host/x"),
        # What is in the place of a port but is none may be a password without a host after it.
        ("rtsp://user:geheim", "rtsp://user:***"),
        ("rtsp://user:geh/eim?x=1", "rtsp://user:***"),
        ("rtsp://user:80e", "rtsp://user:***"),
        ("rtsp://user:4711471147", "rtsp://user:***"),
        ("rtsp://[fe80::1]:geheim/a", "rtsp://[fe80::1]:***"),
        ("rtsp://host:554/a:b", "rtsp://host:554/a:b"),
        ("rtsp://host:/a:b", "rtsp://host:/a:b"),
        ("rtsp://host?a:b", "rtsp://host?a:b"),
        ("rtsp://[fe80::1]/a", "rtsp://[fe80::1]/a"),
        ("rtsp://[fe80::1]:554/a", "rtsp://[fe80::1]:554/a"),
        ("rtsp://user::geheim", "rtsp://user:***"),
        ("zip://a.mp4::s3://b/a.zip", "zip://a.mp4::s3://b/a.zip"),
        ("zip://a.mp4::/b/a.zip", "zip://a.mp4::/b/a.zip"),
        ("s3://arn:aws:s3:eu:1:accesspoint/b/a.mp4", "s3://arn:aws:s3:eu:1:accesspoint/b/a.mp4"),
    ],
)
def test_credentials_are_not_shown(address: str, shown: str) -> None:
    assert redact(address) == shown
    assert redact(redact(address)) == shown
    assert str(HiddenAddress(address)) == shown


def test_credentials_are_in_no_dump_of_the_settings() -> None:
    hidden = {
        "sources": {"live": {"source": "rtsp://user:geheim@host/x"}},
        "sinks": {"hooks": {"webhook": "https://user:geheim@host/x"}},
    }
    settings = Settings.model_validate(hidden)
    assert settings.sources.live.source is not None
    assert settings.sources.live.source.get_secret_value() == "rtsp://user:geheim@host/x"
    assert "geheim" not in settings.model_dump_json() + repr(settings) + str(settings)


def test_cameras_are_listed_from_the_kernels_own_list(tmp_path: Path) -> None:
    for number, (index, name) in {0: ("0", "Door"), 1: ("1", "Door"), 10: ("0", "Desk")}.items():
        folder = tmp_path / f"video{number}"
        folder.mkdir()
        (folder / "index").write_text(index)
        (folder / "name").write_text(f"{name}\n")
    found = [(camera.index, camera.device, camera.name) for camera in local_cameras(tmp_path)]
    assert found == [(0, "/dev/video0", "Door"), (10, "/dev/video10", "Desk")]
    assert local_cameras(tmp_path / "none") == []
