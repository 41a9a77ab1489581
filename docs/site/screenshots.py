"""Draws the pictures in docs/images from pages of the demo: `make screenshots`.

Usage: python docs/site/screenshots.py PAGES
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parents[1] / "images"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
VIEW = {"width": 1280, "height": 860}


def open_page(browser: Browser, address: str, scheme: str = "light") -> Page:
    """A page with its pictures and tables drawn."""
    page = browser.new_page(color_scheme=scheme, viewport=VIEW)
    page.goto(address)
    for place in page.query_selector_all(".chart"):
        place.wait_for_selector("svg")
    if page.query_selector("table.sortable, #customers"):
        page.wait_for_selector("html[data-ready]", state="attached")
    return page


def main(folder: Path) -> None:
    """Draw the accounts of whoever has the most urgent one, that account, and the portfolio."""
    pages = folder.resolve().as_uri()
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        first = open_page(browser, f"{pages}/my-accounts.html").locator("#worklist tbody tr").first
        owner = first.locator("td").first.inner_text()
        account = f"{pages}/{first.locator('a').get_attribute('href')}"
        my_accounts = f"{pages}/my-accounts.html#{owner}"
        portfolio = f"{pages}/portfolio.html"
        for name, address, scheme in (
            ("my-accounts", my_accounts, "light"),
            ("account", account, "light"),
            ("account-dark", account, "dark"),
            ("portfolio", portfolio, "light"),
        ):
            open_page(browser, address, scheme).screenshot(path=IMAGES / f"{name}.png")
            print(f"docs/images/{name}.png")
        browser.close()


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit("There is no Chromium. Fix: install your system's package chromium")
    main(Path(sys.argv[1]))
