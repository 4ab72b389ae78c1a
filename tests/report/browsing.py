"""What a browser did."""

from __future__ import annotations

import json


def requests_of(browser: object) -> list[str]:
    """Return the addresses asked for since the last call, those of data in the page left out."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [m for m in messages if m["method"] == "Network.requestWillBeSent"]
    urls = [message["params"]["request"]["url"] for message in sent]
    return [url for url in urls if not url.startswith("data:")]
