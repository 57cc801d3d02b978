"""A real browser on a real stack: Debian's chromium, driven by Playwright.

A `Visitor` is one person with a browser of their own. Whatever no page may do (write to the console's error log,
ask for something that fails, break the content security policy, load from another host) is gathered while they look
around, and fails the test that `checked` ends.
"""

import os
import pathlib
import struct
import tempfile
import zlib
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SIZES = {"wall": (1920, 1080), "desk": (1366, 768), "phone": (390, 844)}
LANGUAGES = ("zh-CN", "en")
MAX_WAIT_MILLISECONDS = 60_000

AUDIT = (pathlib.Path(__file__).parent / "audit.js").read_text()

# Where screenshots and what else is to be looked at are kept; outside the tree.
ARTEFACTS = pathlib.Path(
    os.environ.get("BROWSER_ARTEFACTS") or pathlib.Path(tempfile.gettempdir()) / "gridloop-browser")


def image(width=640, height=480):
    """A small PNG."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    rows = b"".join(b"\0" + b"\x40\x80\xa0" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Browser:
    """One running chromium. Use it as a context manager; `visitor` opens a window of its own."""

    def __init__(self):
        self._playwright = None
        self.chromium = None

    def __enter__(self):
        self._playwright = sync_playwright().start()
        # Root has no user namespace for the sandbox.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.chromium = self._playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        return self

    def __exit__(self, *_):
        self.chromium.close()
        self._playwright.stop()

    def visitor(self, address, size="desk", language="zh-CN", **options):
        width, height = SIZES[size]
        context = self.chromium.new_context(
            base_url=address, viewport={"width": width, "height": height}, locale=language, reduced_motion="reduce",
            has_touch=size == "phone", is_mobile=size == "phone", **options)
        context.set_default_timeout(MAX_WAIT_MILLISECONDS)
        return Visitor(context, address)


class Visitor:
    """One person at one browser."""

    def __init__(self, context, address):
        self.context = context
        self.address = address
        self.faults = []
        # Answers that a test asks for on purpose: (path, status).
        self.expected = set()
        # Why requests may fail: a page that is left ends what it was asking for; a test adds what it does on purpose.
        self.allowed_failures = {"ERR_ABORTED"}
        self.page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.page.on("request", self._asked)

    # What no page may do

    def _heard(self, message):
        # The browser writes a line of its own for each answer that is no success; those are judged by `_answered`.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(f"console {message.type}: {message.text}")

    def _failed(self, request):
        if request.failure and not any(reason in request.failure for reason in self.allowed_failures):
            self.faults.append(f"request failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response):
        path = urlsplit(response.url).path
        if response.status >= 400 and (path, response.status) not in self.expected:
            self.faults.append(f"answered {response.status}: {response.request.method} {response.url}")

    def _asked(self, request):
        host = urlsplit(request.url)
        if host.scheme in ("http", "https") and not request.url.startswith(self.address):
            self.faults.append(f"asked another host: {request.url}")

    def checked(self):
        """Raises with everything that no page may do and did."""
        faults, self.faults = self.faults, []
        assert not faults, "\n".join(faults)

    # Going about

    def sign_in(self, username, password, path="/"):
        self.page.goto(path)
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.page.click("main button[type=submit]")
        self.page.wait_for_selector("nav.menu a", state="attached")
        return self

    def go(self, path):
        self.page.goto(path)
        return self.page

    # Looking

    def overflow(self):
        """What is wider than the window, or cut: nothing should be."""
        return self.page.evaluate(
            """() => {
              const width = document.documentElement.clientWidth;
              const found = [];
              if (document.documentElement.scrollWidth > width + 1) {
                for (const element of document.querySelectorAll("main *, header *")) {
                  const box = element.getBoundingClientRect();
                  const mayBe = element.closest("[data-wide], .table-scroll, .leaflet-container");
                  if (box.width > 0 && box.right > width + 1 && !mayBe) {
                    const name = `${element.tagName.toLowerCase()}.${element.className}`;
                    found.push(`${name}: ${Math.round(box.right)} > ${width}`);
                  }
                }
              }
              return found.slice(0, 10);
            }""")

    def audit(self):
        """What the page lacks for those who see it otherwise, or not: see audit.js."""
        return self.page.evaluate(AUDIT)

    def picture(self, name, full=True):
        """A screenshot to be looked at; says where it is."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        # What sticks to the window's edge would stand in the middle of a picture of the whole page.
        self.page.evaluate("window.scrollTo(0, 0)")
        self.page.screenshot(path=str(path), full_page=full)
        return path

    def close(self):
        self.context.close()
