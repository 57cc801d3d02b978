"""Pictures of pages of a running stack, for whoever works on them:

    look.py HOME PATH… [--as ROLE] [--sizes wall,desk,phone] [--languages zh-CN,en]

HOME is the stack's GRIDLOOP_HOME. Prints where each picture is, and whatever the pages should not have done.
"""

import argparse
import json
import pathlib
import re

from pages import LANGUAGES, SIZES, Browser


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=pathlib.Path)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--as", dest="role", default="dispatcher")
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument("--window", action="store_true", help="only what the window shows, not the whole page")
    given = parser.parse_args()
    settings = dict(line.split("=", 1) for line in (given.home / "env").read_text().splitlines() if "=" in line)
    address = f"http://127.0.0.1:{settings['CONSOLE_PORT']}"
    users = json.loads((given.home / "demo.json").read_text())["users"]
    user = next((user for user in users if given.role in (user["role"], user["username"])), None)
    with Browser() as browser:
        for size in given.sizes.split(","):
            for language in given.languages.split(","):
                visitor = browser.visitor(address, size, language)
                if given.role != "nobody":
                    visitor.sign_in(user["username"], user["password"])
                for path in given.paths:
                    visitor.go(path)
                    visitor.page.wait_for_load_state("load")
                    name = re.sub(r"[^a-z0-9]+", "-", f"{given.role}{path}".lower()).strip("-")
                    print(visitor.picture(f"{name}-{size}-{language}", full=not given.window))
                    for fault in visitor.overflow() + visitor.audit() + visitor.faults:
                        print("  !", fault)
                    visitor.faults.clear()
                visitor.close()


if __name__ == "__main__":
    main()
