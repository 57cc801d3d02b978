"""A grid of Bao'an is split: proposed in its community, approved by community, street and district, in force on its day.

Escalation is killed while the day comes. The change is in force once, the old case stays at the old grid, a report at the
same spot goes to the new one.
"""

import json
import pathlib
import unittest

import reports
import stack

GRIDS = json.loads((pathlib.Path(stack.ROOT) / "deploy/networks/baoan/grids.geojson").read_text())["features"]
DISTRICT, STREET, COMMUNITY, GRID = "440306", "440306017", "440306017001", "440306017001001"
HALVES = "440306017001901", "440306017001902"
PROPOSER = f"officer@{COMMUNITY}"
APPROVERS = tuple(f"supervisor@{unit}" for unit in (COMMUNITY, STREET, DISTRICT))
# Five working days of notice from Monday 2 March, and the day after.
DAY = "2026-03-11"


def ring_of(code):
    return next(grid for grid in GRIDS if grid["properties"]["code"] == code)["geometry"]["coordinates"][0]


def crosses(first, second, third, fourth):
    """Whether two segments cross within both."""
    def side(a, b, c):
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return side(first, second, third) * side(first, second, fourth) < 0 \
        and side(third, fourth, first) * side(third, fourth, second) < 0


def halves(ring):
    """The ring, cut in two along a diagonal that lies within it, the halves as alike as can be."""
    corners = ring[:-1]
    best = None
    for start in range(len(corners)):
        for end in range(start + 2, len(corners)):
            if start == 0 and end == len(corners) - 1:
                continue
            one, other = corners[start], corners[end]
            middle = [(one[axis] + other[axis]) / 2 for axis in (0, 1)]
            if not reports.is_inside(middle, ring) or any(crosses(one, other, a, b) for a, b in zip(ring, ring[1:])):
                continue
            parts = corners[start:end + 1] + [one], corners[end:] + corners[:start + 1] + [other]
            smaller = min(area(part) for part in parts)
            if best is None or smaller > best[0]:
                best = smaller, parts
    return best[1]


def area(ring):
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:]))) / 2


def place_in(ring):
    """A point well inside the ring: the first middle of three corners that is."""
    corners = ring[:-1]
    for first in range(len(corners)):
        for second in range(first + 1, len(corners)):
            for third in range(second + 1, len(corners)):
                chosen = [corners[index] for index in (first, second, third)]
                point = [sum(corner[axis] for corner in chosen) / 3 for axis in (0, 1)]
                if reports.is_inside(point, ring):
                    return {"lat": round(point[1], 7), "lng": round(point[0], 7)}
    raise AssertionError("no point lies inside")


class GridChanges(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack.Stack().start()

    @classmethod
    def tearDownClass(cls):
        cls.stack.erase()

    def grids(self, *arguments, user, codes=(0,)):
        return self.stack.gridctl("grids", *arguments, "--as", user, codes=codes)

    def notices(self, user):
        items = self.stack.console("GET", "/v1/inbox?limit=200", user=user).json["items"]
        return [item["notice"] for item in items if item["notice"].startswith("grid_change")]

    def grid_at(self, spot):
        answer = self.stack.intake("GET", f"/v1/locate?lat={spot['lat']}&lng={spot['lng']}", source="hotline")
        self.assertEqual(answer.status, 200, answer)
        return answer.json["unit"]["grid"]

    def test_split(self):
        parts = halves(ring_of(GRID))
        spot = place_in(parts[0])
        old = self.stack.file(place=spot)
        self.stack.settle()
        self.assertEqual(self.stack.case(old)["unit"]["grid"], GRID)
        file = self.stack.home / "split.geojson"
        file.write_text(json.dumps({
            "type": "FeatureCollection", "kind": "split", "grids": [GRID], "effective_on": DAY,
            "reason": "网格过大，一名网格员难以覆盖",
            "features": [
                {"type": "Feature", "properties": {"code": code, "name_zh": f"第{code[-3:]}网格"},
                 "geometry": {"type": "Polygon", "coordinates": [part]}}
                for code, part in zip(HALVES, parts)]}, ensure_ascii=False))

        self.assertEqual(self.grids("propose", str(file), user=f"auditor@{DISTRICT}", codes=(1,))["error"]["code"], "role")
        early = self.grids("propose", str(file), "--on", "2026-03-04", user=PROPOSER, codes=(1,))
        self.assertEqual(early["error"]["code"], "invalid", early)
        change = self.grids("propose", str(file), user=PROPOSER)
        name = change["id"]
        self.assertEqual(change["waiting_for"], [APPROVERS[0]])
        self.assertEqual(change["impact"]["cases"], [{"grid": GRID, "open": 1, "all": 1}])
        # An officer of the demo walks this very grid: whoever approves sees that he must be given another.
        self.assertEqual([person["username"] for person in change["impact"]["people"]], [
            f"officer@{GRID}", f"supervisor@{GRID}"])
        self.assertEqual(self.grids("approve", name, user=APPROVERS[2], codes=(1,))["error"]["code"], "not_asked")
        for number, approver in enumerate(APPROVERS):
            self.stack.settle()
            self.assertIn("grid_change_asked", self.notices(approver), approver)
            change = self.grids("approve", name, user=approver)
            self.assertEqual(change["version"], number + 2)
        self.assertEqual(change["state"], "approved")
        self.stack.settle()
        self.assertEqual(self.notices(PROPOSER), ["grid_change_decided"] * 3)

        self.stack.advance_to("2026-03-10T23:59:59+08:00")
        self.assertEqual(self.grids("show", name, user=PROPOSER)["state"], "approved")
        killed = self.stack.signal("escalation")
        self.stack.advance_to(f"{DAY}T09:00:00+08:00")
        self.stack.await_restart("escalation", killed)
        self.stack.settle()
        change = self.grids("show", name, user=PROPOSER)
        self.assertEqual((change["state"], change["network_version"]), ("in_force", 2), change)
        self.assertEqual([step["action"] for step in change["steps"]], ["approve"] * 3 + ["in_force"])
        self.assertEqual(self.stack.count("SELECT count(*) FROM network_versions"), 2)
        for user in (PROPOSER, *APPROVERS, f"officer@{GRID}"):
            self.assertEqual(self.notices(user).count("grid_change_in_force"), 1, user)

        # Services take a new version up within two seconds; what is filed meanwhile may still lie in the old grid.
        stack.await_that(
            lambda: self.grid_at(spot) == HALVES[0], stack.MAX_SETTLE_SECONDS, "intake does not take the new version up")
        new = self.stack.file(place=spot, category="E0402")
        self.stack.settle()
        self.assertEqual(self.stack.case(new)["unit"]["grid"], HALVES[0])

        # The old case is where it was: seen, found by its grid, counted, and worked on.
        case = self.stack.case(old, user=f"officer@{GRID}")
        self.assertEqual((case["unit"]["grid"], case["unit"]["community"]), (GRID, COMMUNITY))
        listed = self.stack.console("GET", f"/v1/cases?unit={GRID}", user=APPROVERS[1]).json["items"]
        self.assertIn(old, [item["id"] for item in listed])
        counted = self.stack.console(
            "GET", f"/v1/stats/indicators?unit={GRID}&from=2026-03-01&to=2026-03-31", user=APPROVERS[2])
        self.assertEqual(counted.status, 200, counted)
        self.assertGreaterEqual(counted.json["items"][0]["filed"], 1, counted.json)
        answer = self.stack.act(old, "sign", f"handler@{case['lead']['department']}")
        self.assertEqual(answer.status, 200, answer)
        refused = self.stack.intake(
            "POST", "/v1/reports", reports.report(place={"unit": GRID}), source="hotline")
        self.assertEqual((refused.status, refused.faults), (422, {"location.unit": "unknown_unit"}), refused)

        # Loading the directory once more changes nothing: the change stays.
        loaded = self.stack.gridctl("network", "load", "deploy/networks/baoan")
        self.assertEqual([version["is_new"] for version in loaded["versions"]], [False])
        self.stack.verify_journal()
        self.stack.gridctl("journal", "verify", "--projection")


if __name__ == "__main__":
    unittest.main()
