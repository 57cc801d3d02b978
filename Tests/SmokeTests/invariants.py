"""What must hold of a settled stack, whatever was done to it; each invariant with what it counted.

Used by the smoke tests and by deploy/chaos.
"""

import hashlib
import struct

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
        counts(stack), journal_is_gapless(stack), chain(stack), *verified(stack), nothing_undecided(stack),
        nothing_twice(stack), rungs_fired_once(stack), overdue_climbed(stack), no_timer_left_behind(stack),
        flags_have_records(stack), positions(stack), quarantine_is_empty(stack), rebuilt(stack),
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
    cases, begun, first_reports, filed, rolled = map(int, stack.sql(
        "SELECT (SELECT count(*) FROM cases), "
        "(SELECT count(DISTINCT (district, case_number)) FROM journal WHERE kind IN ('reported', 'filed')), "
        "(SELECT count(*) FROM reports WHERE part = 0), (SELECT count(*) FROM journal WHERE kind = 'filed'), "
        "(SELECT coalesce(sum(filed), 0) FROM rollup_daily)")[0])
    text = (f"{cases} cases, {begun} in the journal, {first_reports} with a report, {filed} filings, "
            f"{rolled} in the rollups")
    agree = cases == begun == first_reports and filed == rolled
    return Finding("cases = cases of the journal = reports; filings = filed in the rollups", text, [] if agree else [text])


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
    """The chain, and every column of every case against the fold of its events."""
    report = stack.gridctl("journal", "verify", "--projection", codes=(0, 1))
    faults = [f"{d['district']}: {fault['detail']}" for d in report["districts"] for fault in d["faults"]]
    folds = [district["projection"] for district in report["districts"]]
    differences = [
        f"{found['case_id']} {found['table']}.{found['column']}: kept {found['kept']}, folded {found['folded']}"
        for fold in folds for found in fold["found"]]
    if not report["valid"] and not faults + differences:
        faults = ["gridctl journal verify calls it wrong"]
    return (
        Finding("gridctl journal verify agrees", f"{sum(d['events'] for d in report['districts'])} events", faults),
        Finding("each case is what its events make it, in every column",
                f"{sum(fold['cases'] for fold in folds)} cases, {sum(fold['parts'] for fold in folds)} parts",
                differences))


def nothing_undecided(stack):
    """What was filed went to a department or a desk, or ended before; only what must be verified first waits."""
    rows = stack.sql(
        "SELECT c.case_id, c.state FROM cases c WHERE c.state = 'filed' OR c.state <> 'reported' AND NOT EXISTS ("
        "SELECT FROM journal j WHERE j.district = c.district AND j.case_number = c.number "
        "AND j.kind IN ('dispatched', 'desked', 'closed', 'voided', 'rejected', 'merged'))")
    total = stack.count("SELECT count(*) FROM cases")
    return Finding(
        "every filed case is dispatched, on a desk or over", f"{total} cases", [f"{case}: {state}" for case, state in rows])


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
    # No rung of a clock is kept twice: that is its key.
    journalled = stack.count("SELECT count(*) FROM journal WHERE kind = 'escalated'")
    breaches = [
        f"{case} has {kept or 0} rungs kept and {told or 0} in the journal" for case, kept, told in stack.sql(
            "SELECT case_number, e.kept, j.told FROM "
            "(SELECT district, case_number, count(*) AS kept FROM escalations GROUP BY 1, 2) AS e FULL JOIN "
            "(SELECT district, case_number, count(*) AS told FROM journal WHERE kind = 'escalated' GROUP BY 1, 2) AS j "
            "USING (district, case_number) WHERE e.kept IS DISTINCT FROM j.told")]
    breaches += [
        f"case {case}: {clock} {rung} fired before its time" for case, clock, rung in stack.sql(
            "SELECT case_number, clock, rung FROM escalations WHERE fired_at < rung_at OR late_seconds < 0")]
    return Finding("no rung fired twice, none early", f"{journalled} rungs", breaches)


def overdue_climbed(stack):
    """By the ladders and the journal alone: every clock that ran over has each of its rungs, none was passed over."""
    report = stack.gridctl("ladder", "check", codes=(0, 1))
    breaches = [
        f"{found['case_id']}: {found['clock']} has no {found['rung']}, expected at {found['expected_at']}"
        for district in report["districts"] for found in district["findings"]]
    if not report["whole"] and not breaches:
        breaches = ["gridctl ladder check calls it wrong"]
    clocks, rungs = (sum(district[name] for district in report["districts"]) for name in ("clocks", "rungs"))
    return Finding("every clock that ran over has climbed", f"{clocks} clocks, {rungs} rungs", breaches)


def no_timer_left_behind(stack):
    now = stack.now().isoformat()
    breaches = [
        f"case {case}: the timer of {clock} is due since {at}" for case, clock, at in stack.sql(
            f"SELECT case_number, clock, fire_at FROM timers WHERE fire_at <= '{now}'")]
    return Finding("no timer is left behind", f"{stack.count('SELECT count(*) FROM timers')} timers", breaches)


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


def rebuilt(stack):
    """What stats and escalation keep is what they make of the journal from its first event."""
    tables = {
        # Rows that count nothing are left behind by what moved on, and are not made anew.
        "stats": "SELECT * FROM rollup_daily r WHERE (to_jsonb(r) - ARRAY['district', 'day', 'unit', 'category', "
                 "'department', 'source', 'part', 'excluded'])::text ~ ': -?[1-9]' ORDER BY 1, 2, 3, 4, 5, 6, part, excluded",
        "escalation": "SELECT district, case_number, clock, clock_version, fire_at FROM timers ORDER BY 1, 2, 3",
    }
    breaches, counted = [], []
    for consumer, query in tables.items():
        before = stack.sql(query)
        stack.gridctl("journal", "rebuild", consumer)
        stack.settle()
        after = stack.sql(query)
        counted.append(f"{len(before)} rows of {consumer}")
        old, new = {tuple(row) for row in before}, {tuple(row) for row in after}
        breaches += [f"{consumer}: {row} is not there when it is made anew" for row in sorted(old - new)]
        breaches += [f"{consumer}: {row} is only there when it is made anew" for row in sorted(new - old)]
    return Finding("what is counted and timed is the fold of the journal", ", ".join(counted), breaches)
