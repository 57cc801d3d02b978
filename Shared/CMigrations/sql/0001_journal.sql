-- The journal and its head: one gapless, hash-chained run of events per district.

CREATE TABLE journal_head (
  district  text        COLLATE "C" PRIMARY KEY,
  last_seq  bigint      NOT NULL DEFAULT 0,
  last_hash bytea       NOT NULL DEFAULT '\x0000000000000000000000000000000000000000000000000000000000000000',
  last_at   timestamptz NOT NULL DEFAULT '2000-01-01T00:00:00Z',
  last_case bigint      NOT NULL DEFAULT 0,
  epoch     integer     NOT NULL DEFAULT 1,
  CHECK (last_seq >= 0 AND last_case >= 0 AND epoch > 0 AND octet_length(last_hash) = 32)
);

CREATE TABLE journal (
  district    text        COLLATE "C" NOT NULL,
  seq         bigint      NOT NULL,
  epoch       integer     NOT NULL,
  at          timestamptz NOT NULL,
  case_number bigint      NOT NULL,
  case_id     text        COLLATE "C" GENERATED ALWAYS AS (district || '-' || case_number::text) STORED,
  kind        text        COLLATE "C" NOT NULL,
  actor       text        COLLATE "C" NOT NULL,
  body        bytea       NOT NULL,
  prev_hash   bytea       NOT NULL,
  hash        bytea       NOT NULL,
  PRIMARY KEY (district, seq),
  CHECK (seq > 0 AND octet_length(hash) = 32 AND octet_length(prev_hash) = 32)
);
CREATE INDEX journal_case ON journal (district, case_number, seq);

-- One field under the hash: its length in four bytes, then the bytes, so that no two rows read alike.
CREATE FUNCTION journal_field(value bytea) RETURNS bytea
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN int4send(octet_length(value)) || value;

-- Rows of cases as they stand after the events. A case that is new has `expected` 0 and number 0.
CREATE TABLE cases (
  district       text        COLLATE "C" NOT NULL,
  number         bigint      NOT NULL,
  case_id        text        COLLATE "C" GENERATED ALWAYS AS (district || '-' || number::text) STORED,
  version        bigint      NOT NULL,
  state          text        COLLATE "C" NOT NULL,
  unit           text        COLLATE "C" NOT NULL,
  -- from the district down, each code ending in a slash, so that a subtree is a prefix
  unit_path      text        COLLATE "C" NOT NULL,
  category       text        COLLATE "C" NOT NULL,
  source         text        COLLATE "C" NOT NULL,
  priority       text        COLLATE "C" NOT NULL,
  finder         text        COLLATE "C" NOT NULL,
  lead           text        COLLATE "C",
  facts          integer     NOT NULL,
  filed_at       timestamptz NOT NULL,
  -- the local day of filing: what rollups count by
  filed_day      date        NOT NULL,
  latitude       double precision,
  longitude      double precision,
  -- the earliest due time of a clock that is running
  due_at         timestamptz,
  handle_due_at  timestamptz,
  dispatched_at  timestamptz,
  handled_at     timestamptz,
  closed_at      timestamptz,
  updated_at     timestamptz NOT NULL,
  policy_version integer     NOT NULL,
  snapshot       bytea       NOT NULL,
  PRIMARY KEY (district, number),
  CONSTRAINT cases_state_known CHECK (state IN
    ('reported', 'filed', 'desk', 'dispatched', 'signed', 'handled', 'closed', 'suspended', 'void', 'merged')),
  CONSTRAINT cases_lead_where_dispatched CHECK (lead IS NOT NULL OR state NOT IN ('dispatched', 'signed', 'handled')),
  CONSTRAINT cases_version_positive CHECK (version > 0)
) WITH (fillfactor = 85);
CREATE INDEX cases_waiting ON cases (district, number) WHERE state = 'filed';
CREATE INDEX cases_by_filing ON cases (district, filed_at, number);

-- Appends events and the cases they make, in one statement.
--
-- The rows of cases that exist are written first (the caller holds their locks, taken in order of number), the head
-- last: holding it is the only serialisation per district. Refuses with GL001 when a case is no longer at the version
-- that the caller decided on, with GL002 when the district has no journal.
CREATE FUNCTION journal_append(
  p_district text, p_now timestamptz,
  c_number bigint[], c_expected bigint[], c_version bigint[], c_state text[], c_unit text[], c_unit_path text[],
  c_category text[], c_source text[], c_priority text[], c_finder text[], c_lead text[], c_facts integer[],
  c_filed_at timestamptz[], c_filed_day integer[], c_latitude double precision[], c_longitude double precision[],
  c_due_at timestamptz[], c_handle_due_at timestamptz[], c_dispatched_at timestamptz[], c_handled_at timestamptz[],
  c_closed_at timestamptz[], c_updated_at timestamptz[], c_policy_version integer[], c_snapshot bytea[],
  e_case integer[], e_kind text[], e_actor text[], e_body bytea[],
  OUT first_seq bigint, OUT at timestamptz, OUT epoch integer, OUT prev_hash bytea, OUT last_hash bytea,
  OUT first_case bigint
) LANGUAGE plpgsql AS $$
DECLARE
  head      journal_head%ROWTYPE;
  existing  integer := 0;
  written   integer;
  added     integer := 0;
  numbers   bigint[] := c_number;
  hashes    bytea[] := '{}';
  prefix    bytea;
  suffix    bytea;
  chain     bytea;
  total     integer := cardinality(e_kind);
BEGIN
  FOR i IN 1 .. cardinality(c_number) LOOP
    IF c_expected[i] > 0 THEN existing := existing + 1; END IF;
  END LOOP;

  IF existing > 0 THEN
    UPDATE cases AS c SET
      version = n.version, state = n.state, lead = n.lead, facts = n.facts, due_at = n.due_at,
      handle_due_at = n.handle_due_at, dispatched_at = n.dispatched_at, handled_at = n.handled_at,
      closed_at = n.closed_at, updated_at = n.updated_at, policy_version = n.policy_version, snapshot = n.snapshot
    FROM unnest(c_number, c_expected, c_version, c_state, c_lead, c_facts, c_due_at, c_handle_due_at,
                c_dispatched_at, c_handled_at, c_closed_at, c_updated_at, c_policy_version, c_snapshot)
      AS n(number, expected, version, state, lead, facts, due_at, handle_due_at,
           dispatched_at, handled_at, closed_at, updated_at, policy_version, snapshot)
    WHERE n.expected > 0 AND c.district = p_district AND c.number = n.number AND c.version = n.expected;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written <> existing THEN
      RAISE EXCEPTION 'a case has moved on' USING ERRCODE = 'GL001';
    END IF;
  END IF;

  SELECT * INTO head FROM journal_head AS h WHERE h.district = p_district FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the district has no journal' USING ERRCODE = 'GL002';
  END IF;
  at := greatest(head.last_at, p_now);
  first_seq := head.last_seq + 1;
  first_case := head.last_case + 1;
  epoch := head.epoch;
  prev_hash := head.last_hash;

  IF existing < cardinality(c_number) THEN
    FOR i IN 1 .. cardinality(c_number) LOOP
      IF c_expected[i] = 0 THEN
        numbers[i] := head.last_case + 1 + added;
        added := added + 1;
      END IF;
    END LOOP;
    INSERT INTO cases (district, number, version, state, unit, unit_path, category, source, priority, finder, lead,
                       facts, filed_at, filed_day, latitude, longitude, due_at, handle_due_at, dispatched_at,
                       handled_at, closed_at, updated_at, policy_version, snapshot)
    SELECT p_district, n.number, n.version, n.state, n.unit, n.unit_path, n.category, n.source, n.priority, n.finder,
           n.lead, n.facts, n.filed_at, DATE '1970-01-01' + n.filed_day, n.latitude, n.longitude, n.due_at,
           n.handle_due_at, n.dispatched_at, n.handled_at, n.closed_at, n.updated_at, n.policy_version, n.snapshot
    FROM unnest(numbers, c_expected, c_version, c_state, c_unit, c_unit_path, c_category, c_source, c_priority,
                c_finder, c_lead, c_facts, c_filed_at, c_filed_day, c_latitude, c_longitude, c_due_at,
                c_handle_due_at, c_dispatched_at, c_handled_at, c_closed_at, c_updated_at, c_policy_version,
                c_snapshot)
      AS n(number, expected, version, state, unit, unit_path, category, source, priority, finder, lead, facts,
           filed_at, filed_day, latitude, longitude, due_at, handle_due_at, dispatched_at, handled_at, closed_at,
           updated_at, policy_version, snapshot)
    WHERE n.expected = 0;
  END IF;

  prefix := journal_field('gridloop-journal-1') || journal_field(convert_to(p_district, 'UTF8'));
  suffix := journal_field(int4send(epoch))
    || journal_field(int8send((extract(epoch FROM at) * 1000000)::bigint));
  chain := head.last_hash;
  FOR i IN 1 .. total LOOP
    chain := sha256(prefix || '\x00000008'::bytea || int8send(head.last_seq + i) || suffix
      || '\x00000020'::bytea || chain || '\x00000008'::bytea || int8send(numbers[e_case[i]])
      || journal_field(convert_to(e_kind[i], 'UTF8')) || journal_field(convert_to(e_actor[i], 'UTF8'))
      || journal_field(e_body[i]));
    hashes[i] := chain;
  END LOOP;
  INSERT INTO journal (district, seq, epoch, at, case_number, kind, actor, body, prev_hash, hash)
  SELECT p_district, head.last_seq + n.i, journal_append.epoch, journal_append.at, numbers[n.c], n.kind, n.actor,
         n.body, CASE WHEN n.i = 1 THEN head.last_hash ELSE hashes[n.i - 1] END, hashes[n.i]
  FROM unnest(e_case, e_kind, e_actor, e_body) WITH ORDINALITY AS n(c, kind, actor, body, i);

  UPDATE journal_head AS h SET
    last_seq = head.last_seq + total, last_hash = chain, last_at = journal_append.at,
    last_case = head.last_case + added
  WHERE h.district = p_district;
  last_hash := chain;
END $$;

-- How far each consumer has applied each journal; advanced by compare-and-set in the transaction of the effect.
CREATE TABLE positions (
  district   text        COLLATE "C" NOT NULL,
  consumer   text        COLLATE "C" NOT NULL,
  seq        bigint      NOT NULL,
  epoch      integer     NOT NULL,
  hash       bytea       NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (district, consumer)
);

-- Cases whose events a consumer could not apply; the district goes on without them until they are released.
CREATE TABLE quarantine (
  district    text        COLLATE "C" NOT NULL,
  consumer    text        COLLATE "C" NOT NULL,
  case_number bigint      NOT NULL,
  first_seq   bigint      NOT NULL,
  fault       text        NOT NULL,
  since       timestamptz NOT NULL DEFAULT clock_timestamp(),
  released_at timestamptz,
  PRIMARY KEY (district, consumer, case_number)
);
