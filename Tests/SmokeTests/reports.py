"""Reports of Bao'an, each at a place of its own."""

import json
import pathlib

_ROOT = pathlib.Path(__file__).absolute().parents[2]


def report(source="hotline", category="E0201", description="Posters on a wall", place=None, **fields):
    """The body of a report; without a place at a fresh point of Bao'an."""
    return {
        "source": source, "category": category, "description": description,
        "location": place or next_place(), **fields,
    }


def next_place():
    """A point in the middle of a grid of Bao'an, each time of another grid, so that repeats are only those meant."""
    return next(_places)


def _middles():
    grids = json.loads((_ROOT / "deploy/networks/baoan/grids.geojson").read_text())["features"]
    while True:
        for grid in grids:
            ring = grid["geometry"]["coordinates"][0]
            middle = [sum(corner[axis] for corner in ring[1:]) / (len(ring) - 1) for axis in (0, 1)]
            if is_inside(middle, ring):
                yield {"lat": round(middle[1], 6), "lng": round(middle[0], 6)}


def is_inside(point, ring):
    """Whether a ray from the point crosses the ring an odd number of times."""
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:]):
        if (y1 > point[1]) != (y2 > point[1]) and point[0] < (x2 - x1) * (point[1] - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


_places = _middles()
