"""docs/scenarios/shenzhen.md: one city, nine journals, in one time as in the script.

Working hours are 08:30-12:00 and 14:00-18:00, Sunday 09-20 is worked; every due time below is written out from that.
"""

import collections
import http.client
import json
import subprocess
import unittest
import urllib.parse

import day
import stack

CITY = "440300"
DISTRICTS = [f"4403{number:02}" for number in range(3, 12)]
CHIEF, DISPATCHER, INSPECTOR = (f"{role}@{CITY}" for role in ("supervisor", "dispatcher", "inspector"))
LIANHUA = {"lat": 22.5560, "lng": 114.0580}
MEISHA = {"lat": 22.6000, "lng": 114.3100}
XINAN = {"lat": 22.5600, "lng": 113.8920}
NANHU = {"lat": 22.5410, "lng": 114.1200}
ZHAOSHANG = {"lat": 22.4900, "lng": 113.9200}
YUEHAI, YUEHAI_NEXT = {"lat": 22.5250, "lng": 113.9450}, {"lat": 22.5290, "lng": 113.9480}
ANSWER = "已核实并回填 · checked and answered"
STANDARD = ["隐患消除 · hazard removed", "通道畅通 · exits clear"]
RECORDS = 200
CHECKER, OFFICER = "checker@440304008", "officer@440305007"


class Shenzhen(day.Day):
    network, start, supervisor = "shenzhen", "2026-09-17T08:00:00+08:00", CHIEF

    def test_the_script(self):
        self.keys = {
            (key["unit"], key["source"]): key["key"]
            for key in json.loads((self.stack.home / "demo.json").read_text())["keys"]
        }
        self.adds(CHECKER, "officer", "440304008")
        self.adds(OFFICER, "officer", "440305007")
        self.adds("officer-other", "officer", "440305007")
        self.play(
            self.each_in_its_own_journal, self.declared_records, self.a_declaration, self.a_false_declaration,
            self.late_in_one_district, self.one_journal_is_held, self.what_the_city_sees, self.figures_of_the_day)
        self.leaves_no_gap(INSPECTOR)

    def sends(self, unit, source, category, place, status=201, **fields):
        """A report with the key of a district or of the city. The answer."""
        body = {"source": source, "category": category, "description": "巡查发现", "location": place, **fields}
        answer = self.stack.intake(
            "POST", "/v1/reports", body, headers={"Authorization": f"ApiKey {self.keys[unit, source]}"})
        self.assertEqual(answer.status, status, answer)
        self.settled = False
        if status == 201:
            self.case = answer.json["case_id"]
            if "duplicate_of" not in answer.json:
                self.began.setdefault(self.scene, []).append(self.case)
        return answer.json

    def each_in_its_own_journal(self):
        yield "09-17 10:05"
        before = self.heads()
        for place, key, category, case, unit, lead, assists in [
            (LIANHUA, "440304", "E0102", "440304-1", "440304008006021", "CG304", []),
            (MEISHA, "440308", "E2203", "440308-1", "440308001002005", "XF308", ["GA308"]),
            (XINAN, "440306", "E2101", "440306-1", "440306017012022", "WG306", []),
            (NANHU, "440303", "E2210", "440303-1", "440303005001004", "YC303", ["SJ303"]),
            (ZHAOSHANG, "440305", "E0505", "440305-1", "440305006007006", "JJ305", ["JT305"]),
        ]:
            answer = self.sends(key, "department", category, place)
            self.assertEqual((answer["case_id"], answer["unit"]["grid"], answer["seq"]), (case, unit, 1))
            self.settles()
            self.goes_by("filed", "dispatched")
            shown = self.stack.case(case)
            self.assertEqual(shown["lead"]["department"], lead)
            self.assertEqual([assist["department"] for assist in shown["assists"]], assists)
            self.runs("sign", "09-17 14:05")
        grown = {district: self.heads()[district] - before[district] for district in DISTRICTS}
        self.assertEqual(grown, {district: 2 if district in "440303 440304 440305 440306 440308" else 0
                                 for district in DISTRICTS})
        self.assertEqual(
            self.sends("440304", "department", "E2203", MEISHA, status=403)["code"], "outside_unit")
        self.assertEqual(self.heads(), {d: before[d] + grown[d] for d in DISTRICTS}, "nothing is written")
        city = self.sends(CITY, "camera", "E2203", MEISHA, external_id="city-1")
        self.assertEqual((city["district"], city["duplicate_of"]), ("440308", "440308-1"))
        self.goes_by("merged")
        self.scene_one = ["440305-1", "440303-1", "440306-1", "440308-1", "440304-1"]
        listed = self.items("/v1/cases", CHIEF)
        self.assertEqual(sorted(item["id"] for item in listed), sorted(self.scene_one))
        self.assertEqual(listed, self.items("/v1/cases?limit=2", CHIEF), "page after page in the same order")

    def declared_records(self):
        yield "09-17 10:06"
        grids = [
            unit["code"] for unit in self.items("/v1/units?tier=grid&q=440304&limit=2000", CHECKER)
            if unit["parent"].startswith("440304")
        ]
        chosen = [grid for grid in grids if grid.startswith("440304008")][:20]
        chosen += [grid for grid in grids if not grid.startswith("440304008")][:RECORDS - len(chosen)]
        lines = [
            {"source": "department", "category": "E2101", "description": "申报信息核查", "location": {"unit": grid},
             "external_id": f"declared-{place}"}
            for place, grid in enumerate(chosen)
        ]
        first = self.bulk("440304", lines)
        self.assertEqual([result["line"] for result in first], list(range(1, RECORDS + 1)))
        self.assertEqual({result["outcome"] for result in first}, {"created"})
        self.began[self.scene] = [result["case_id"] for result in first]
        self.stack.settle()
        rows = self.stack.sql(
            "SELECT state, lead, unit FROM cases WHERE district = '440304' AND category = 'E2101' ORDER BY number")
        self.assertEqual({(state, lead) for state, lead, _ in rows}, {("dispatched", "WG304")})
        self.assertEqual([unit for _, _, unit in rows], chosen)
        self.case = first[0]["case_id"]
        self.runs("sign", "09-17 14:06")
        self.runs("handle", "09-20 18:00")
        yield "09-17 10:10"
        before = self.heads()
        again = self.bulk("440304", lines)
        self.assertEqual({result["outcome"] for result in again}, {"repeated"})
        self.assertEqual([result["case_id"] for result in again], [result["case_id"] for result in first])
        self.assertEqual(self.heads(), before, "no new event")
        yield "09-17 11:00"
        self.goes_by("filed", "dispatched")
        self.does("handler@WG304", "sign", "signed")
        self.does("handler@WG304", "handle", "handled", result=ANSWER)
        yield "09-17 11:10"
        self.does(CHECKER, "verify", "closed", outcome="pass")
        self.goes_by("signed", "handled", "verified", "closed")
        answer = self.stack.intake(
            "GET", "/v1/reports?external_id=declared-0",
            headers={"Authorization": f"ApiKey {self.keys['440304', 'department']}"})
        self.assertEqual((answer.json["state"], answer.json["result"]), ("closed", ANSWER))
        yield "09-18 09:00"
        one = self.sends("440304", "department", "E2101", LIANHUA, external_id="flat-1")
        yield "09-18 10:01"
        other = self.sends("440304", "department", "E2101", LIANHUA, external_id="flat-2")
        self.assertNotEqual(one["case_id"], other["case_id"])
        self.assertNotIn("duplicate_of", other)

    def a_declaration(self):
        yield "09-17 10:30"
        self.sends("440305", "citizen", "E2201", YUEHAI)
        self.goes_by("reported")
        self.runs("verify", "09-17 12:00")
        self.assertEqual(self.stack.case(self.case)["state"], "reported")
        yield "09-17 10:40"
        self.does(OFFICER, "verify_report", "filed", outcome="pass", reason="属实")
        self.goes_by("filed", "dispatched")
        self.is_dispatched("nanshan-fire", "XF305", "GA305")
        yield "09-17 11:00"
        self.does("handler@GA305", "sign", "dispatched")
        self.does("handler@GA305", "handle", "dispatched", result="现场配合完毕", checklist=STANDARD)
        self.does("handler@XF305", "sign", "signed")
        self.refused(OFFICER, "handle", 403, "forbidden_action", result="已清", checklist=STANDARD)
        yield "09-17 16:00"
        self.does("handler@XF305", "handle", "handled", result="已整改", checklist=STANDARD)
        yield "09-17 16:30"
        self.does("officer-other", "verify", "closed", outcome="pass")
        self.assertEqual(self.stack.case(self.case)["state"], "closed")

    def a_false_declaration(self):
        yield "09-17 10:32"
        self.sends("440305", "citizen", "E2201", YUEHAI_NEXT)
        yield "09-17 11:30"
        self.does(OFFICER, "verify_report", "void", outcome="fail", reason="现场无此情况")
        self.goes_by("reported", "rejected")

    def late_in_one_district(self):
        yield "09-17 10:05"
        self.sends("440306", "department", "E2202", XINAN)
        self.late = self.case
        self.goes_by("filed", "dispatched")
        self.runs("sign", "09-17 14:05")
        self.runs("handle", "09-18 10:05")
        self.tells("dispatched handler@440306/GA306")
        yield "09-17 11:41"
        self.goes_by("sign/reminder")
        yield "09-17 14:05"
        self.goes_by("sign/community")
        yield "09-17 16:05"
        self.goes_by("sign/street")
        self.hears("supervisor@440306017", "red")
        self.tells(
            "remind handler@440306/GA306", "yellow handler@440306/GA306",
            "yellow supervisor@440306017 for supervisor@440306017012", "red supervisor@440306017")
        yield "09-18 04:05"
        self.goes_by("handle/reminder")
        yield "09-18 07:41"
        self.goes_by("handle/nearly-due")
        yield "09-18 08:35"
        self.goes_by("sign/district")
        self.hears("supervisor@440306", "supervise")
        yield "09-18 10:05"
        self.goes_by("handle/street")
        yield "09-18 10:35"
        self.goes_by("sign/city")
        # What nobody signs in any district reaches the city's head: this case, and those of the first scene.
        told = [item for item in self.items("/v1/inbox?limit=5", CHIEF) if item["notice"] == "supervise"]
        self.assertEqual({item["case_id"].split("-")[0] for item in told}, {i.split("-")[0] for i in self.scene_one})
        mine = [item for item in told if item["case_id"] == self.case]
        self.assertEqual([item["id"].split(".")[0] for item in mine], ["440306"])
        path = f"/v1/inbox/{mine[0]['id']}/actions"
        self.assertEqual(self.stack.console("POST", path, {"action": "read"}, user=CHIEF).status, 204)
        self.assertEqual(self.stack.console("POST", path, {"action": "read"}, user="supervisor@440305").status, 404)
        yield "09-18 14:05"
        self.goes_by("handle/district")
        yield "09-18 18:00"
        self.goes_by("sign/inspection", "flagged")
        record = self.record("sign", "inspector@440306")
        opened = {district: self.records(f"inspector@{district}") for district in DISTRICTS}
        self.assertIn(record["id"], opened["440306"])
        self.assertNotIn(record["id"], opened["440305"])
        self.assertEqual(sorted(self.records(INSPECTOR)), sorted(id for ids in opened.values() for id in ids))
        self.proves(record, INSPECTOR)
        self.assertEqual(
            self.stack.sql("SELECT district FROM journal WHERE kind = 'flagged' AND case_number = 2"), [["440306"]])
        yield "09-18 18:05"
        self.goes_by("handle/city")
        self.hears(DISPATCHER, "supervise")

    def one_journal_is_held(self):
        """Whoever holds the journal of one district keeps nobody else from theirs."""
        yield "09-17 17:00"
        held = subprocess.Popen(
            [*self.psql(), "-c", "BEGIN; SELECT last_seq FROM journal_head WHERE district = '440306' FOR UPDATE",
             "-c", "SELECT pg_sleep(300)"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            self.assertTrue(held.stdout.readline().strip().isdigit(), "the head is held")
            cases = [
                self.sends(district, "department", "E0102", {"unit": unit})["case_id"]
                for district, unit in self.streets() if district != "440306"
            ]
            self.assertEqual([case.split("-")[0] for case in cases], [d for d in DISTRICTS if d != "440306"])
            for case in cases:
                stack.await_that(
                    lambda: self.stack.case(case)["state"] == "dispatched", stack.MAX_SETTLE_SECONDS,
                    f"{case} is not dispatched")
        finally:
            self.stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'")
            held.communicate()

    def what_the_city_sees(self):
        yield "09-17 17:30"
        everything = self.items("/v1/cases?limit=500", CHIEF)
        ids = [item["id"] for item in everything]
        of_district = {district: self.items("/v1/cases?limit=500", f"supervisor@{district}") for district in DISTRICTS}
        self.assertEqual(sorted(ids), sorted(item["id"] for items in of_district.values() for item in items))
        times = [item["filed_at"] for item in everything]
        self.assertEqual(times, sorted(times, reverse=True))
        self.assertEqual(ids, [item["id"] for item in self.items("/v1/cases?limit=37", CHIEF)])
        for district in DISTRICTS:
            narrowed = [item["id"] for item in self.items(f"/v1/cases?unit={district}&limit=500", CHIEF)]
            self.assertEqual(narrowed, [item["id"] for item in of_district[district]])
        self.assertEqual(
            {item["id"].split("-")[0] for item in self.items("/v1/cases?limit=500", "dispatcher@440304")}, {"440304"})
        self.assertEqual(self.stack.console("GET", "/v1/cases/440308-1", user="dispatcher@440304").status, 404)
        self.assertEqual(self.stack.console("GET", "/v1/cases/440308-1", user=DISPATCHER).status, 200)
        unit = self.stack.console("GET", f"/v1/units/{CITY}", user=DISPATCHER).json
        self.assertEqual([child["code"] for child in unit["children"]], DISTRICTS)
        # What the desk of a district may do, the city's may.
        self.case = "440303-1"
        allowed = {
            user: self.stack.case(self.case, user)["allowed_actions"] for user in (DISPATCHER, "dispatcher@440303")}
        self.assertEqual(*allowed.values())
        self.does(DISPATCHER, "comment", "dispatched", text="市中心已知悉")
        self.settles()
        self.streams()

    def figures_of_the_day(self):
        yield "09-17 18:30"
        city = self.figures("by=unit", CHIEF)
        rows = {row["key"]: row for row in city["items"]}
        self.assertEqual(list(rows), DISTRICTS)
        names = [name for name, value in city["total"].items() if isinstance(value, int)]
        self.assertIn("reported", names)
        for district in DISTRICTS:
            own = self.figures("by=unit", f"supervisor@{district}")["total"]
            self.assertEqual({name: rows[district][name] for name in names}, {name: own[name] for name in names})
        self.assertEqual(
            {name: city["total"][name] for name in names},
            {name: sum(row[name] for row in rows.values()) for name in names}, "their sum, never a second count")
        journals = self.stack.count("SELECT count(*) FROM journal WHERE kind = 'filed'")
        self.assertEqual(city["total"]["filed"], journals)
        held = 1  # one_journal_is_held
        self.assertEqual(
            {name: rows["440304"][name] for name in ("reported", "dispatched", "closed")},
            {"reported": RECORDS + 1 + held, "dispatched": RECORDS + 1 + held, "closed": 1})
        self.assertEqual(
            {name: rows["440305"][name] for name in ("reported", "valid")}, {"reported": 3 + held, "valid": 2 + held})
        self.counts("by=unit", {"closed": [case for case in self.closed("440304")]}, key="440304")
        past = self.figures("by=unit&as_of=" + urllib.parse.quote(self.moment("09-17 10:05:30")), CHIEF)
        self.assertEqual(past["total"]["reported"], 6)

    # Means

    def heads(self):
        return {d: int(seq) for d, seq in self.stack.sql("SELECT district, last_seq FROM journal_head")}

    def records(self, inspector):
        return [item["id"] for item in self.items("/v1/accountability?limit=3", inspector)]

    def closed(self, district):
        return [item["id"] for item in self.items(f"/v1/cases?unit={district}&state=closed&limit=500", CHIEF)]

    def figures(self, query, user):
        answer = self.stack.console("GET", "/v1/stats/indicators?" + query, user=user)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def items(self, path, user):
        """What a list holds, page after page, nothing twice."""
        found, cursor = [], None
        while True:
            mark = f"{'&' if '?' in path else '?'}cursor={cursor}" if cursor else ""
            answer = self.stack.console("GET", path + mark, user=user)
            self.assertEqual(answer.status, 200, answer)
            found += answer.json["items"]
            cursor = answer.json["next_cursor"]
            if not cursor:
                break
        keys = [item.get("id") or item["code"] for item in found]
        self.assertEqual(len(keys), len(set(keys)), path)
        return found

    def streets(self):
        units = self.items("/v1/units?tier=street", CHIEF)
        return [(d, next(unit["code"] for unit in units if unit["parent"] == d)) for d in DISTRICTS]

    def bulk(self, unit, lines):
        answer = self.stack.intake(
            "POST", "/v1/reports/bulk", "\n".join(json.dumps(line) for line in lines).encode(),
            headers={"Authorization": f"ApiKey {self.keys[unit, 'department']}"}, content_type="application/x-ndjson")
        self.assertEqual(answer.status, 200, answer)
        self.settled = False
        return [json.loads(line) for line in answer.body.splitlines()]

    def psql(self):
        programs = sorted(stack.pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql"))
        return [str(programs[-1]) if programs else "psql", "-X", "-q", "-A", "-t", self.stack.setting("DATABASE_URL")]

    def streams(self):
        """All events of nine journals, each once, although the connection breaks off again and again."""
        heads = self.heads()
        expected = {(district, seq) for district in DISTRICTS for seq in range(1, heads[district] + 1)}
        seen, last = [], ",".join(f"{district}.0" for district in DISTRICTS)
        while len(seen) < len(expected):
            before = len(seen)
            for identifier in self.heard(last, limit=150, until=len(expected) - len(seen)):
                district, seq = identifier.split(",")[0].split(".")
                seen.append((district, int(seq)))
                last = identifier
            self.assertGreater(len(seen), before, "the stream goes on")
        self.assertEqual(collections.Counter(seen), collections.Counter(expected))
        for district in DISTRICTS:
            own = [seq for name, seq in seen if name == district]
            self.assertEqual(own, sorted(own))

    def heard(self, last, limit, until):
        """Ids of the events that one connection brings, at most so many."""
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.console_port, timeout=30)
        try:
            connection.request("GET", "/v1/stream", headers={
                "Authorization": "Bearer " + self.stack.token(CHIEF), "Last-Event-ID": last})
            response = connection.getresponse()
            self.assertEqual(response.status, 200)
            found, identifier = [], None
            while len(found) < min(limit, until):
                line = response.readline().decode().rstrip("\n")
                if line.startswith("id: "):
                    identifier = line[4:]
                elif line.startswith("data: "):
                    found.append(identifier)
            return found
        finally:
            connection.close()


if __name__ == "__main__":
    unittest.main()
