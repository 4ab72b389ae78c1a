"""A real browser without a network, and what it has to say."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from films import LONG_S

webdriver = pytest.importorskip("selenium.webdriver", reason="Selenium is not installed")


@pytest.fixture(scope="session")
def _chromium() -> Iterator[object]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("chromium and chromium-driver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for word in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1400,900",
        "--autoplay-policy=no-user-gesture-required",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(driver)
    browser = webdriver.Chrome(options=options, service=service)
    browser.set_script_timeout(LONG_S)
    yield browser
    browser.quit()


@pytest.fixture
def browser(_chromium: object) -> Iterator[object]:
    """Give a browser; at the end it must have had nothing to complain of."""
    _chromium.get_log("browser")
    _chromium.get_log("performance")
    yield _chromium
    assert _chromium.get_log("browser") == []
    _chromium.get("about:blank")
