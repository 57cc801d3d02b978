"""Draws the icons of the officer's page from `icon.svg`, for systems that take no SVG on a home screen.

    python Tests/SmokeTests/browser/make_icons.py

writes officer-192.png and officer-512.png with the rounded corners of the drawing, and officer-180.png (iOS) and
officer-maskable-512.png without them, as those systems cut the shape themselves. They are committed; this is run again
when the drawing changes.
"""

import pathlib

import pages

ASSETS = pathlib.Path(__file__).absolute().parents[3] / "Services/Console/Web/assets"
GROUND = "#123a5e"
# Name → (edge in pixels, whether the ground fills it, share of the edge that the drawing takes).
ICONS = {
    "officer-192": (192, False, 1.0),
    "officer-512": (512, False, 1.0),
    "officer-180": (180, True, 1.0),
    # What a mask may cut away lies outside a circle of four fifths.
    "officer-maskable-512": (512, True, 0.8),
}


def main():
    drawing = (ASSETS / "icon.svg").read_text()
    with pages.Browser() as browser:
        page = browser.chromium.new_page()
        for name, (edge, is_filled, share) in ICONS.items():
            page.set_viewport_size({"width": edge, "height": edge})
            inner = round(edge * share)
            page.set_content(
                f"<style>body{{margin:0;background:{GROUND if is_filled else 'transparent'}}}"
                f"svg{{display:block;width:{inner}px;height:{inner}px;margin:{(edge - inner) / 2}px}}</style>{drawing}")
            page.screenshot(path=str(ASSETS / f"{name}.png"), omit_background=not is_filled)


if __name__ == "__main__":
    main()
