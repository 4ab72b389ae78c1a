"""Credentials in texts that are more than an address."""

from __future__ import annotations

import pytest

from motionlapse.credentials import HiddenCommand, redact_command
from motionlapse.errors import ConfigError
from motionlapse.settings import Layer, resolve
from motionlapse.sinks.hook_settings import HookSettings


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("curl http://bob:geheim@host/", "curl 'http://bob:***@host/'"),
        ('curl "http://bob:ge heim@host/"', "curl 'http://bob:***@host/'"),
        ("curl --url=http://bob:geheim@host:80/x -s", "curl '--url=http://bob:***@host:80/x' -s"),
        ("curl http://host/?token=geheim&x=1", "curl 'http://host/?token=***&x=1'"),
        ("curl http://geheim@a/ http://bob:geheim@b/", "curl 'http://***@a/' 'http://bob:***@b/'"),
        (
            "sh -c 'curl http://geheim@a/ | curl http://bob:ge@heim@b/'",
            "sh -c 'curl http://***@a/ | curl http://bob:***@b/'",
        ),
        (
            "sh -c 'curl http://h:80/; echo'  \"it is\"",
            "sh -c 'curl http://h:80/; echo'  \"it is\"",
        ),
        ("mail joe@host", "mail joe@host"),
        ("notify-send 'a b'", "notify-send 'a b'"),
    ],
)
def test_commands_are_shown_without_credentials(command: str, shown: str) -> None:
    assert redact_command(command) == shown
    assert redact_command(shown) == shown
    assert (str(HiddenCommand(command)), "geheim" in repr(HiddenCommand(command))) == (shown, False)


@pytest.mark.parametrize("command", ["curl 'http://bob:ge heim@host/", "curl http://bob:ge'heim"])
def test_a_command_that_cannot_be_split_is_told_without_its_password(command: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(HookSettings, [Layer("--on-event-end", {"on_event_end": command})])
    assert "http://bob:***" in str(caught.value)
    assert "heim" not in str(caught.value)


def test_a_command_is_in_no_dump_of_the_settings() -> None:
    settings = HookSettings.model_validate({"on_snapshot": "curl http://bob:geheim@host/"})
    assert settings.on_snapshot is not None
    assert settings.on_snapshot.get_secret_value() == "curl http://bob:geheim@host/"
    assert "geheim" not in settings.model_dump_json() + repr(settings) + str(settings)
    assert HookSettings.model_validate(settings.model_dump()) == settings
