"""A real browser on a real stack: Debian's chromium, driven by Playwright.

A `Visitor` is one person with a browser of their own. Whatever no page may do (write to the console's error log,
ask for something that fails, break the content security policy, load from another host) is gathered while they look
around, and fails the test that `checked` ends.
"""

import atexit
import itertools
import os
import pathlib
import struct
import sys
import tempfile
import unittest
import zlib
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

import stack

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SIZES = {"wall": (1920, 1080), "desk": (1366, 768), "phone": (390, 844)}
LANGUAGES = ("zh-CN", "en")
WINDOWS = tuple(itertools.product(SIZES, LANGUAGES))
# Has axe look at every page in every window, which takes minutes; else where it is a page's turn.
EVERY_WINDOW = os.environ.get("SMOKE_AXE") == "all"
MAX_WAIT_MILLISECONDS = 60_000

ROLES = ("officer", "handler", "dispatcher", "supervisor", "hotline", "inspector", "auditor", "admin")

AUDIT = (pathlib.Path(__file__).parent / "audit.js").read_text()
# Deque's axe-core, which judges what WCAG 2.2 A and AA and good practice ask of a page. The browser's own debugger
# evaluates it, so the page's content security policy stays as strict as it is for everyone.
AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
ASK_AXE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await axe.run(
    document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
    `${id}: ${target.join(" ")} — ${failureSummary.split("\\n").at(-1).trim()}`)).slice(0, 20);
}"""

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
        options.setdefault("viewport", {"width": width, "height": height})
        context = self.chromium.new_context(
            base_url=address, locale=language, reduced_motion="reduce", has_touch=size == "phone",
            is_mobile=size == "phone", **options)
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
        """Opens a page; where it asks who comes, by name and password."""
        self.page.goto(path)
        if self.page.query_selector("input[name=password]"):
            self.page.fill("input[name=username]", username)
            self.page.fill("input[name=password]", password)
            self.page.click("main button[type=submit]")
        self.page.wait_for_selector("body.signed-in")
        # With its scripts.
        self.page.wait_for_load_state("load")
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

    def audit(self, by_axe=True):
        """What the page lacks for those who see it otherwise, or not: by axe, and by audit.js, which asks for more."""
        found = self.page.evaluate(AUDIT)
        if by_axe:
            self.page.evaluate(AXE)
            found += self.page.evaluate(ASK_AXE)
        return found

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


def is_turn(window, number):
    """Whether axe looks at the page of that number in this window: at each page in another one."""
    return EVERY_WINDOW or number % len(WINDOWS) == WINDOWS.index(window)


# The browser that all test files use: started by the first, closed when the interpreter ends.
_browser = None
# Who has signed in, with the cookies of their session: (address, name) → state.
_sessions = {}


def browser():
    global _browser
    if _browser is None:
        _browser = Browser().__enter__()
        atexit.register(_browser.__exit__)
    return _browser


class PageTest(unittest.TestCase):
    """What the tests of pages begin with: one stack of a network, without a sample, in simulated time, with its demo
    users; and one browser. Test files of the same network share the stack: none may rely on being alone."""

    network = "baoan"

    @classmethod
    def running(cls):
        """The stack; a class that needs one of its own brings it up here, and has it erased."""
        return stack.shared(cls.network)

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.running()
        cls.address = f"http://127.0.0.1:{cls.stack.console_port}"
        cls.browser = browser()

    def user(self, role, unit=None):
        """A demo user of a role, by name."""
        return next(
            user["username"] for user in self.stack.users if user["role"] == role and unit in (None, user["unit"]))

    def visitor(self, user, size="desk", language="zh-CN", path="/", **options):
        """A window of someone who is signed in, named by name or by role; closed when the test ends."""
        username = self.user(user) if user in ROLES else user
        known = (self.address, username)
        visitor = self.browser.visitor(
            self.address, size, language, storage_state=_sessions.get(known), **options)
        self.addCleanup(visitor.close)
        visitor.sign_in(username, self.stack.passwords[username], path)
        # Only the cookie: nothing else of a browser is someone else's to find.
        session = [cookie for cookie in visitor.context.cookies() if "session" in cookie["name"]]
        _sessions[known] = {"cookies": session, "origins": []}
        return visitor

    def looks_right(self, visitor, name, full=True, by_axe=True):
        """A picture of the page to be looked at, and nothing that is cut or that someone could not use."""
        visitor.picture(name, full)
        self.assertEqual(visitor.overflow(), [], name)
        self.assertEqual(visitor.audit(by_axe), [], name)
