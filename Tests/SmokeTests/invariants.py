"""What must hold of a settled stack, whatever was done to it; each invariant with what it counted.

Used by the smoke tests and by deploy/chaos.
"""

import hashlib
import pathlib
import re
import struct

# Cases whose events are read through the console and folded again.
MAX_FOLDED_CASES = 200
MAX_LISTED_BREACHES = 5


class Finding:
    """One invariant: how many things it was asked of, and those for which it does not hold."""

    def __init__(self, name, counted, breaches=()):
        self.name = name
        self.counted = counted
        self.breaches = list(breaches)

    @property
    def holds(self):
        return not self.breaches

    def __str__(self):
        mark = "holds" if self.holds else "BROKEN"
        lines = [f"{mark:<7} {self.name}: {self.counted}"]
        lines += [f"        {breach}" for breach in self.breaches[:MAX_LISTED_BREACHES]]
        if len(self.breaches) > MAX_LISTED_BREACHES:
            lines.append(f"        and {len(self.breaches) - MAX_LISTED_BREACHES} more")
        return "\n".join(lines)


def check(stack, acknowledged=None):
    """Every invariant. `acknowledged` is the client's own record: external id → case id."""
    findings = []
    if acknowledged is not None:
        findings.append(acknowledgements(stack, acknowledged))
    findings += [
        counts(stack), journal_is_gapless(stack), chain(stack), verified(stack), nothing_undecided(stack),
        nothing_twice(stack), rungs_fired_once(stack), overdue_climbed(stack), no_rung_passed_over(stack),
        flags_have_records(stack), positions(stack), quarantine_is_empty(stack), projection(stack), rebuilt(stack),
    ]
    return findings


def acknowledgements(stack, acknowledged):
    """Each acknowledged report has exactly one row, whose event stands in the journal at its place."""
    rows = stack.sql(
        "SELECT r.external_id, r.district || '-' || r.case_number, "
        "(SELECT count(*) FROM journal j WHERE j.district = r.district AND j.seq = r.seq "
        " AND j.case_number = r.case_number) FROM reports r WHERE r.external_id IS NOT NULL")
    found = {}
    for external_id, case_id, events in rows:
        found.setdefault(external_id, []).append((case_id, int(events)))
    breaches = []
    for external_id, case_id in acknowledged.items():
        kept = found.get(external_id, [])
        if kept != [(case_id, 1)]:
            breaches.append(f"{external_id} was acknowledged as {case_id}, and there is {kept or 'nothing'}")
    return Finding(
        "every acknowledged report stands in the journal exactly once", f"{len(acknowledged)} acknowledged", breaches)


def counts(stack):
    cases, filed, first_reports, rolled = map(int, stack.sql(
        "SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM journal WHERE kind = 'filed'), "
        "(SELECT count(*) FROM reports WHERE part = 0), (SELECT coalesce(sum(filed), 0) FROM rollup_daily)")[0])
    agree = cases == filed == first_reports == rolled
    text = f"{cases} cases, {filed} filings, {first_reports} reports, {rolled} in the rollups"
    return Finding("cases = filings in the journal = reports = filed in the rollups", text, [] if agree else [text])


def journal_is_gapless(stack):
    rows = stack.sql(
        "SELECT h.district, h.last_seq, count(j.seq), coalesce(max(j.seq), 0) FROM journal_head h "
        "LEFT JOIN journal j USING (district) GROUP BY 1, 2")
    breaches = [
        f"{district}: head {head}, {events} events up to {last}"
        for district, head, events, last in rows if not head == events == last]
    events = sum(int(row[2]) for row in rows)
    return Finding("the journal runs from 1 to its head without a gap", f"{events} events", breaches)


def chain(stack):
    """The hash of every event, computed here anew from the columns it covers."""
    breaches, counted, before = [], 0, {}
    rows = stack.sql(
        "SELECT district, seq, epoch, (extract(epoch FROM at) * 1000000)::bigint, case_number, kind, actor, "
        "encode(body, 'hex'), encode(prev_hash, 'hex'), encode(hash, 'hex') FROM journal ORDER BY district, seq")
    for district, seq, epoch, at, number, kind, actor, body, previous, kept in rows:
        counted += 1
        expected = before.get(district, "00" * 32)
        digest = event_hash(
            district, int(seq), int(epoch), int(at), bytes.fromhex(previous), int(number), kind, actor,
            bytes.fromhex(body))
        if previous != expected or digest.hex() != kept:
            breaches.append(f"{district} {seq} ({kind})")
        before[district] = kept
    return Finding("every event's hash follows from it and from the one before", f"{counted} hashes", breaches)


def event_hash(district, seq, epoch, at, previous, number, kind, actor, body):
    def field(value):
        return struct.pack(">I", len(value)) + value

    parts = (
        b"gridloop-journal-1", district.encode(), struct.pack(">q", seq), struct.pack(">i", epoch),
        struct.pack(">q", at), previous, struct.pack(">q", number), kind.encode(), actor.encode(), body)
    return hashlib.sha256(b"".join(field(part) for part in parts)).digest()


def verified(stack):
    report = stack.gridctl("journal", "verify", codes=(0, 1))
    faults = [f"{d['district']}: {fault['detail']}" for d in report["districts"] for fault in d["faults"]]
    if not report["valid"] and not faults:
        faults = ["gridctl journal verify calls it wrong"]
    return Finding(
        "gridctl journal verify agrees", f"{sum(d['events'] for d in report['districts'])} events", faults)


def nothing_undecided(stack):
    """What was filed went to a department or a desk, or ended before; it never just waits."""
    rows = stack.sql(
        "SELECT c.case_id, c.state FROM cases c WHERE c.state = 'filed' OR NOT EXISTS (SELECT FROM journal j "
        "WHERE j.district = c.district AND j.case_number = c.number "
        "AND j.kind IN ('dispatched', 'desked', 'closed', 'voided', 'rejected', 'merged'))")
    total = stack.count("SELECT count(*) FROM cases")
    return Finding(
        "every case is dispatched, on a desk or over", f"{total} cases", [f"{case}: {state}" for case, state in rows])


def nothing_twice(stack):
    breaches = [
        f"{case} has {kind} {times} times" for case, kind, times in stack.sql(
            "SELECT case_id, kind, count(*) FROM journal WHERE kind IN ('filed', 'voided') "
            "GROUP BY 1, 2 HAVING count(*) > 1")]
    # A case is dispatched by rule once; by people as often as they say.
    breaches += [
        f"{case} was dispatched by rule {times} times" for case, times in stack.sql(
            "SELECT case_id, count(*) FROM journal WHERE kind = 'dispatched' AND actor LIKE 'service:%' "
            "GROUP BY 1 HAVING count(*) > 1")]
    breaches += [
        f"external id {name} is kept {times} times" for name, times in stack.sql(
            "SELECT external_id, count(*) FROM reports WHERE external_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1")]
    total = stack.count("SELECT count(*) FROM journal WHERE kind IN ('filed', 'dispatched')")
    return Finding("nothing is filed or dispatched twice", f"{total} filings and dispatches", breaches)


def rungs_fired_once(stack):
    kept, journalled = map(int, stack.sql(
        "SELECT (SELECT count(*) FROM escalations), (SELECT count(*) FROM journal WHERE kind = 'escalated')")[0])
    breaches = [] if kept == journalled else [f"{kept} rungs are kept, {journalled} are in the journal"]
    breaches += [
        f"case {case}: {clock} {rung} fired before its time" for case, clock, rung in stack.sql(
            "SELECT case_number, clock, rung FROM escalations WHERE fired_at < rung_at OR late_seconds < 0")]
    return Finding("no rung fired twice, none early", f"{journalled} rungs", breaches)


def overdue_climbed(stack):
    """Every open case with a clock that ran over had a rung at or after the due time; no timer is left behind."""
    now = stack.now().isoformat()
    total = stack.count(f"SELECT count(*) FROM cases WHERE due_at <= '{now}'")
    breaches = [
        f"{case} ({state}) is over its time without a rung" for case, state in stack.sql(
            f"SELECT c.case_id, c.state FROM cases c WHERE c.due_at <= '{now}' AND NOT EXISTS ("
            "SELECT FROM escalations e WHERE e.district = c.district AND e.case_number = c.number "
            "AND e.rung_at >= e.due_at)")]
    breaches += [
        f"case {case}: the timer of {clock} is due since {at}" for case, clock, at in stack.sql(
            f"SELECT case_number, clock, fire_at FROM timers WHERE fire_at <= '{now}'")]
    return Finding("every case that ran over has climbed", f"{total} cases over their time", breaches)


def no_rung_passed_over(stack):
    """A clock's rungs fire in the order of its ladder, from the first or, where time was too short, the second."""
    known = ladders(pathlib.Path(__file__).absolute().parents[2] / "deploy/networks" / stack.network / "ladder.yaml")
    rows = stack.sql(
        "SELECT case_number, clock, string_agg(rung, ' ' ORDER BY rung_at, fired_at) FROM escalations "
        "GROUP BY district, case_number, clock, clock_version")
    breaches = []
    for case, clock, fired in rows:
        names = tuple(fired.split())
        if not any(ladder[skipped:skipped + len(names)] == names for ladder in known[clock] for skipped in (0, 1)):
            breaches.append(f"case {case}: {clock} fired {fired}")
    return Finding("no rung was passed over", f"{len(rows)} clocks", breaches)


def ladders(file):
    """Clock → the names of the rungs of each of its ladders, in order."""
    found, clock = {}, None
    for line in file.read_text(encoding="utf-8").splitlines():
        if begin := re.match(r"  - clock: (\w+)", line):
            clock = begin[1]
            found.setdefault(clock, []).append(())
        elif rung := re.match(r"      - \{name: ([\w-]+),", line):
            found[clock][-1] += (rung[1],)
    return found


def flags_have_records(stack):
    flagged, kept, rungs = map(int, stack.sql(
        "SELECT (SELECT count(*) FROM journal WHERE kind = 'flagged'), (SELECT count(*) FROM accountability), "
        "(SELECT count(*) FROM escalations WHERE act = 'flag')")[0])
    text = f"{rungs} last rungs, {flagged} flags, {kept} records"
    return Finding(
        "each last rung opened one accountability record", text, [] if flagged == kept == rungs else [text])


def positions(stack):
    lags = stack.lags()
    heads = stack.count("SELECT count(*) FROM journal_head")
    return Finding(
        "every consumer stands at the head of every journal", f"{heads} heads",
        [f"{consumer} lacks {lag} events of {district}" for (consumer, district), lag in lags.items()])


def quarantine_is_empty(stack):
    rows = stack.sql("SELECT consumer, case_number, fault FROM quarantine WHERE released_at IS NULL")
    breaches = [f"{consumer}: case {case}: {fault}" for consumer, case, fault in rows]
    return Finding("no case is in quarantine", f"{len(rows)} cases", breaches)


def projection(stack):
    """Each case stands where its events lead; its version is their number."""
    breaches = [
        f"{case} is at version {version} with {events} events" for case, version, events in stack.sql(
            "SELECT c.case_id, c.version, count(j.seq) FROM cases c LEFT JOIN journal j "
            "ON j.district = c.district AND j.case_number = c.number GROUP BY 1, 2 HAVING c.version <> count(j.seq)")]
    rows = stack.sql(
        f"SELECT case_id, state FROM cases ORDER BY md5(case_id) LIMIT {MAX_FOLDED_CASES}")
    for case, state in rows:
        answer = stack.console("GET", f"/v1/cases/{case}/events", user=stack.supervisor)
        states = [event["state"] for event in answer.json["items"] if event.get("state")]
        if answer.status != 200 or not states or states[-1] != state:
            breaches.append(f"{case} is {state}, its events lead to {states[-1:]}")
    total = stack.count("SELECT count(*) FROM cases")
    return Finding("each case is what its events make it", f"{total} versions, {len(rows)} states", breaches)


def rebuilt(stack):
    """What stats and escalation keep is what they make of the journal from its first event."""
    tables = {
        "stats": "SELECT * FROM rollup_daily r WHERE filed + reported + closed <> 0 ORDER BY district, day, unit, "
                 "category, department, source",
        "escalation": "SELECT district, case_number, clock, clock_version, fire_at FROM timers ORDER BY 1, 2, 3",
    }
    breaches, counted = [], []
    for consumer, query in tables.items():
        before = stack.sql(query)
        stack.gridctl("journal", "rebuild", consumer)
        stack.settle()
        after = stack.sql(query)
        counted.append(f"{len(before)} rows of {consumer}")
        changed = {tuple(row) for row in before} ^ {tuple(row) for row in after}
        breaches += [f"{consumer}: {row} differs when it is made anew" for row in sorted(changed)]
    return Finding("what is counted and timed is the fold of the journal", ", ".join(counted), breaches)
