-- Notices that no event tells, shifts that come again every week, attachments of cases that are split, and erasing where
-- copies of what reporters wrote went.

-- What a service asks the notifier to tell, in the transaction of what it is about: that a statement is late, what the
-- daily self-check found. Kept once it was told.
CREATE TABLE asked_notices (
  district    text        COLLATE "C" NOT NULL,
  -- what it is about: asked for twice it is told once
  id          text        COLLATE "C" NOT NULL,
  notice      text        COLLATE "C" NOT NULL,
  -- 0: of no one case
  case_number bigint      NOT NULL,
  unit        text        COLLATE "C" NOT NULL,
  department  text        COLLATE "C" NOT NULL DEFAULT '',
  -- role@unit or role@unit/department, besides those whom the network's channels name
  hearers     text[]      COLLATE "C" NOT NULL,
  -- what it tells, as JSON
  details     bytea       NOT NULL,
  asked_at    timestamptz NOT NULL,
  told_at     timestamptz,
  PRIMARY KEY (district, id)
);
CREATE INDEX asked_notices_waiting ON asked_notices (district, asked_at, id) WHERE told_at IS NULL;
GRANT SELECT, INSERT ON asked_notices TO gridloop_escalation;
GRANT SELECT, UPDATE ON asked_notices TO gridloop_notifier;

-- A shift that comes again every week, or every so many weeks, at a post. It is spelled out into times on duty when it is
-- read, by the calendar in force then: a holiday announced later moves the shifts of days to come.
CREATE TABLE duty_patterns (
  district       text        COLLATE "C" NOT NULL,
  id             text        COLLATE "C" NOT NULL,
  -- of the shift, such as "night"; what it is called in lists
  name           text        NOT NULL,
  role           text        COLLATE "C" NOT NULL,
  unit           text        COLLATE "C" NOT NULL,
  department     text        COLLATE "C" NOT NULL DEFAULT '',
  username       text        COLLATE "C" NOT NULL,
  -- weekdays: those of `weekdays`, 1 Monday … 64 Sunday; work_days and days_off as the network's calendar has them
  days           text        COLLATE "C" NOT NULL,
  weekdays       integer     NOT NULL DEFAULT 0,
  -- of `weekdays` only: not on days off that the calendar names
  skips_holidays boolean     NOT NULL DEFAULT false,
  -- minutes after local midnight; an end that is not after the start lies on the next day
  starts_minute  integer     NOT NULL,
  ends_minute    integer     NOT NULL,
  -- every so many weeks, counted from the week of `valid_from`
  every_weeks    integer     NOT NULL DEFAULT 1,
  valid_from     date        NOT NULL,
  -- the last day; null: until it is taken off
  valid_until    date,
  substitute_for text        COLLATE "C",
  created_at     timestamptz NOT NULL,
  created_by     text        COLLATE "C" NOT NULL,
  removed_at     timestamptz,
  removed_by     text        COLLATE "C",
  PRIMARY KEY (district, id),
  CONSTRAINT duty_patterns_days_known CHECK (days IN ('weekdays', 'work_days', 'days_off')),
  CONSTRAINT duty_patterns_weekdays CHECK ((days = 'weekdays') = (weekdays BETWEEN 1 AND 127)),
  CONSTRAINT duty_patterns_minutes CHECK (starts_minute BETWEEN 0 AND 1439 AND ends_minute BETWEEN 0 AND 1440),
  CONSTRAINT duty_patterns_weeks CHECK (every_weeks BETWEEN 1 AND 52),
  CONSTRAINT duty_patterns_substitute_is_another CHECK (substitute_for <> username)
);
CREATE INDEX duty_patterns_valid ON duty_patterns (district, valid_from) WHERE removed_at IS NULL;

GRANT SELECT ON duty_patterns TO gridloop_notifier, gridloop_escalation, gridloop_console;
GRANT INSERT, UPDATE ON duty_patterns TO gridloop_console;

-- The case that an attachment belonged to before it went along with one that was split off.
ALTER TABLE attachments ADD COLUMN split_from bigint;
CREATE INDEX attachments_split ON attachments (district, split_from) WHERE split_from IS NOT NULL;

-- What is kept of a notice whose case was erased: all but what people wrote and the numbers of platforms.
CREATE FUNCTION notice_without_words(p_payload bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN convert_to((convert_from(p_payload, 'UTF8')::jsonb - '{reason,result,reports}'::text[])::text, 'UTF8');

-- Takes away what the reporters of a case wrote and who they are, here and wherever their reports were copied to; the
-- content of what they attached; what people wrote and platforms' numbers in the notices about these cases that have
-- left, of which there remain kind, receiver and times (those that wait still answer, and lose it once they have left);
-- and the digests of the requests, by which a telephone number could be guessed. The journal keeps digests, which without
-- the salt tell nothing.
CREATE OR REPLACE FUNCTION reports_erase(p_district text, p_number bigint, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_numbers    bigint[];
  v_parts      bigint[];
  v_submitters text[];
  v_told       bigint[];
BEGIN
  WITH own AS (
    SELECT coalesce(origin, case_number) AS number, coalesce(origin_part, part) AS part FROM reports
    WHERE district = p_district AND case_number = p_number
  ), meant AS (
    SELECT r.case_number, r.part, r.submitter FROM own
    JOIN reports AS r ON r.district = p_district AND r.case_number = own.number AND r.part = own.part
    UNION
    SELECT r.case_number, r.part, r.submitter FROM own
    JOIN reports AS r ON r.district = p_district AND r.origin = own.number AND r.origin_part = own.part
  )
  SELECT array_agg(case_number), array_agg(part), array_agg(DISTINCT submitter)
  INTO v_numbers, v_parts, v_submitters FROM meant;

  UPDATE attachments AS a SET content = ''
  WHERE a.district = p_district AND a.uploaded_by = ANY(v_submitters) AND a.content <> ''
    AND (a.case_number = ANY(v_numbers) OR a.split_from = ANY(v_numbers));

  UPDATE reports AS r SET
    description = NULL, address = NULL, reporter_name = NULL, reporter_phone = NULL, subject_kind = NULL,
    subject_code = NULL, subject_name = NULL, given_category = NULL, salt = NULL, body_hash = '', erased_at = p_at
  FROM unnest(v_numbers, v_parts) AS meant(case_number, part)
  WHERE r.district = p_district AND r.case_number = meant.case_number AND r.part = meant.part AND r.erased_at IS NULL;

  -- Notices about a case tell of the reports of those that ended in it, too.
  WITH RECURSIVE ends(number) AS (
    SELECT n FROM unnest(v_numbers || p_number) AS n
    UNION
    SELECT c.merged_into FROM ends AS e
    JOIN cases AS c ON c.district = p_district AND c.number = e.number AND c.merged_into IS NOT NULL
  )
  SELECT array_agg(number) INTO v_told FROM ends;
  UPDATE deliveries AS d SET payload = notice_without_words(d.payload)
  WHERE d.district = p_district AND d.case_number = ANY(v_told) AND d.state <> 'pending';
END $$;
GRANT SELECT, UPDATE (payload) ON deliveries TO gridloop_console;
