-- Who is on duty where, who is away, and what of that is seen of a notice; lists that come round at fixed times.

-- One person on duty at a post (a role at a unit and, where the role has one, a department). With `substitute_for` they
-- stand in for that person: it counts only while the other is away or may no longer sign in.
CREATE TABLE duty_shifts (
  district       text        COLLATE "C" NOT NULL,
  id             text        COLLATE "C" NOT NULL,
  role           text        COLLATE "C" NOT NULL,
  unit           text        COLLATE "C" NOT NULL,
  department     text        COLLATE "C" NOT NULL DEFAULT '',
  username       text        COLLATE "C" NOT NULL,
  starts_at      timestamptz NOT NULL,
  ends_at        timestamptz NOT NULL,
  substitute_for text        COLLATE "C",
  created_at     timestamptz NOT NULL,
  created_by     text        COLLATE "C" NOT NULL,
  -- kept when it is taken off the roster: who was on duty may be asked later
  removed_at     timestamptz,
  removed_by     text        COLLATE "C",
  PRIMARY KEY (district, id),
  CONSTRAINT duty_shifts_end_after_start CHECK (ends_at > starts_at),
  CONSTRAINT duty_shifts_substitute_is_another CHECK (substitute_for <> username)
);
CREATE INDEX duty_shifts_end ON duty_shifts (district, ends_at) WHERE removed_at IS NULL;
CREATE INDEX duty_shifts_person ON duty_shifts (district, username, ends_at) WHERE removed_at IS NULL;

-- Someone is away: on leave, ill, at a training.
CREATE TABLE duty_absences (
  district   text        COLLATE "C" NOT NULL,
  id         text        COLLATE "C" NOT NULL,
  username   text        COLLATE "C" NOT NULL,
  starts_at  timestamptz NOT NULL,
  ends_at    timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text        COLLATE "C" NOT NULL,
  removed_at timestamptz,
  removed_by text        COLLATE "C",
  PRIMARY KEY (district, id),
  CONSTRAINT duty_absences_end_after_start CHECK (ends_at > starts_at)
);
CREATE INDEX duty_absences_end ON duty_absences (district, ends_at) WHERE removed_at IS NULL;

ALTER TABLE inbox
  -- those on duty at the post at that moment; null: everyone who holds it
  ADD COLUMN duty          text[] COLLATE "C",
  -- the post that the notice was meant for, where nobody was to be found there
  ADD COLUMN fallback_from text   COLLATE "C",
  -- what a notice tells that is not of one case, as JSON
  ADD COLUMN details       bytea;
CREATE INDEX inbox_duty ON inbox USING gin (duty) WHERE duty IS NOT NULL;
CREATE INDEX inbox_fallback ON inbox (district, fallback_from, seq DESC) WHERE fallback_from IS NOT NULL;

-- Which rounds of a list were told, so that each is told once.
CREATE TABLE periodic_lists (
  district text        COLLATE "C" NOT NULL,
  list     text        COLLATE "C" NOT NULL,
  -- the local day on which the period that it covers began
  begins   date        NOT NULL,
  told_at  timestamptz NOT NULL,
  entries  bigint      NOT NULL,
  PRIMARY KEY (district, list, begins)
);

-- Reports that joined a case, by the time they came: what is looked through for orders that were repeated.
CREATE INDEX reports_joined ON reports (district, received_at) WHERE part > 0;

-- Cases in which the reporters' orders came again between two moments, with how many of them there are in all: of the
-- case itself and of all that ended in it. `p_source` counts the reports of one source alone; '' of any.
CREATE FUNCTION repeated_cases(
  p_district text, p_from timestamptz, p_before timestamptz, p_source text, p_min bigint
) RETURNS TABLE (number bigint, reports bigint, reporters bigint, first_at timestamptz, last_at timestamptz)
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE touched(number) AS (
    SELECT r.case_number FROM reports AS r
    WHERE r.district = p_district AND r.part > 0 AND r.received_at >= p_from AND r.received_at < p_before
    UNION
    SELECT c.number FROM cases AS c
    WHERE c.district = p_district AND c.merged_into IS NOT NULL AND c.updated_at >= p_from AND c.updated_at < p_before
  ), ends(number, into_number) AS (
    SELECT c.number, c.merged_into FROM touched AS t JOIN cases AS c ON c.district = p_district AND c.number = t.number
    UNION
    SELECT c.number, c.merged_into FROM ends AS e
    JOIN cases AS c ON c.district = p_district AND c.number = e.into_number
  ), family(root, number) AS (
    SELECT e.number, e.number FROM ends AS e WHERE e.into_number IS NULL
    UNION
    SELECT f.root, c.number FROM family AS f
    JOIN cases AS c ON c.district = p_district AND c.merged_into = f.number AND c.merged_into IS NOT NULL
  )
  SELECT f.root, count(*), count(DISTINCT coalesce(r.reporter_phone, r.reporter_name, r.submitter)),
         min(r.received_at), max(r.received_at)
  FROM family AS f
  JOIN reports AS r ON r.district = p_district AND r.case_number = f.number AND r.received_at < p_before
    AND (p_source = '' OR r.source = p_source)
  GROUP BY f.root
  HAVING count(*) >= p_min
$$;

GRANT SELECT ON duty_shifts, duty_absences TO gridloop_notifier, gridloop_escalation, gridloop_console;
GRANT INSERT, UPDATE ON duty_shifts, duty_absences TO gridloop_console;
GRANT SELECT, INSERT ON periodic_lists TO gridloop_notifier;
GRANT SELECT ON periodic_lists TO gridloop_console;
GRANT SELECT ON users TO gridloop_escalation;
