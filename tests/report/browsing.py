"""What a person does in a browser, and what it shows and did."""

from __future__ import annotations

import json

import pytest


def requests_of(browser: object) -> list[str]:
    """Return the addresses asked for since the last call, those of data in the page left out."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [m for m in messages if m["method"] == "Network.requestWillBeSent"]
    urls = [message["params"]["request"]["url"] for message in sent]
    return [url for url in urls if not url.startswith("data:")]


def text(browser, selector):
    return browser.find_element("css selector", selector).text


def rows(browser):
    return browser.find_elements("css selector", ".row")


def press(browser, *words):
    browser.find_element("id", "list").send_keys(*words)


def type_into(browser, field, words):
    box = browser.find_element("id", field)
    box.clear()
    box.send_keys(words)


def pick(browser, field, place):
    select = pytest.importorskip("selenium.webdriver.support.ui").Select
    select(browser.find_element("id", field)).select_by_index(place)
