-- Timers that are drained fairly and laid out anew in steps; discipline inspection in full; the daily self-check.

-- Rungs of urgent cases have a share of every batch, so that a backlog of ordinary ones does not hold them up.
ALTER TABLE timers ADD COLUMN urgent boolean NOT NULL DEFAULT false;
CREATE INDEX timers_urgent ON timers (district, fire_at) WHERE urgent;

-- A pass over the open cases brings timers and provisional due times under the policy named here. `through` is the
-- number up to which it has come, so that whoever takes it up after a kill goes on there; null once it is done.
ALTER TABLE timer_policies
  ADD COLUMN through     bigint,
  ADD COLUMN finished_at timestamptz;

-- Since when, by the time that cases live in, timers have been under each policy: by which ladder a rung had to fire.
CREATE TABLE timer_policy_periods (
  district text        COLLATE "C" NOT NULL,
  version  integer     NOT NULL,
  since    timestamptz NOT NULL,
  PRIMARY KEY (district, version)
);
INSERT INTO timer_policy_periods (district, version, since)
SELECT p.district, p.version, h.last_at FROM timer_policies AS p JOIN journal_head AS h ON h.district = p.district;

-- What a record of discipline inspection has come to. `acknowledged` sets the time within which the unit must give its
-- statement; a statement that did not come by then is told once, by the step `statement_late`.
ALTER TABLE accountability
  ADD COLUMN acknowledged_at  timestamptz,
  ADD COLUMN statement_due_at timestamptz,
  ADD COLUMN statement_at     timestamptz,
  ADD COLUMN statement_late   boolean NOT NULL DEFAULT false,
  ADD COLUMN finding          text    COLLATE "C",
  ADD COLUMN decided_at       timestamptz,
  ADD COLUMN closed_at        timestamptz,
  -- the hash of the last step, or of the opening where there is none: the end of the record's chain
  ADD COLUMN chain            bytea,
  ADD CONSTRAINT accountability_finding_known CHECK (finding IN ('upheld', 'waived'));
CREATE INDEX accountability_statement_due ON accountability (district, statement_due_at)
  WHERE state = 'acknowledged' AND NOT statement_late;
CREATE INDEX accountability_department ON accountability (district, department, opened_at);

ALTER TABLE accountability_steps ADD COLUMN hash bytea;

-- What the first step of a record continues: who and what the record is about, as it was opened.
CREATE FUNCTION accountability_opening(
  district text, id text, case_number bigint, clock text, rung text, unit text, department text,
  due_at timestamptz, opened_at timestamptz
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN sha256(
    journal_field('gridloop-accountability-1') || journal_field(convert_to(district, 'UTF8'))
    || journal_field(convert_to(id, 'UTF8')) || journal_field(int8send(case_number))
    || journal_field(convert_to(clock, 'UTF8')) || journal_field(convert_to(rung, 'UTF8'))
    || journal_field(convert_to(unit, 'UTF8')) || journal_field(convert_to(coalesce(department, ''), 'UTF8'))
    || journal_field(int8send((extract(epoch FROM due_at) * 1000000)::bigint))
    || journal_field(int8send((extract(epoch FROM opened_at) * 1000000)::bigint)));

-- The hash of a step covers the one before it, the record, and everything the step says; of its note the digest.
CREATE FUNCTION accountability_step_hash(
  previous bytea, district text, id text, step integer, action text, actor text, note text, at timestamptz
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN sha256(
    journal_field('gridloop-accountability-step-1') || journal_field(previous)
    || journal_field(convert_to(district, 'UTF8')) || journal_field(convert_to(id, 'UTF8'))
    || journal_field(int4send(step)) || journal_field(convert_to(action, 'UTF8'))
    || journal_field(convert_to(actor, 'UTF8')) || journal_field(sha256(convert_to(note, 'UTF8')))
    || journal_field(int8send((extract(epoch FROM at) * 1000000)::bigint)));

-- Records and steps from before this migration enter the chain as they stand.
DO $$
DECLARE
  record accountability%ROWTYPE;
  entry  accountability_steps%ROWTYPE;
  link   bytea;
BEGIN
  FOR record IN SELECT * FROM accountability LOOP
    link := accountability_opening(record.district, record.id, record.case_number, record.clock, record.rung,
      record.unit, record.department, record.due_at, record.opened_at);
    FOR entry IN SELECT * FROM accountability_steps AS s WHERE s.district = record.district AND s.id = record.id
        ORDER BY s.step LOOP
      link := accountability_step_hash(link, entry.district, entry.id, entry.step, entry.action, entry.actor,
        entry.note, entry.at);
      UPDATE accountability_steps AS s SET hash = link
      WHERE s.district = entry.district AND s.id = entry.id AND s.step = entry.step;
    END LOOP;
    UPDATE accountability AS a SET chain = link,
      acknowledged_at = (SELECT min(at) FROM accountability_steps AS s
                         WHERE s.district = a.district AND s.id = a.id AND s.action = 'acknowledge'),
      statement_at = (SELECT max(at) FROM accountability_steps AS s
                      WHERE s.district = a.district AND s.id = a.id AND s.action = 'statement'),
      finding = CASE WHEN a.state IN ('upheld', 'waived') THEN a.state
                     ELSE (SELECT CASE s.action WHEN 'uphold' THEN 'upheld' ELSE 'waived' END
                           FROM accountability_steps AS s WHERE s.district = a.district AND s.id = a.id
                             AND s.action IN ('uphold', 'waive') ORDER BY s.step DESC LIMIT 1) END,
      decided_at = (SELECT max(at) FROM accountability_steps AS s
                    WHERE s.district = a.district AND s.id = a.id AND s.action IN ('uphold', 'waive')),
      closed_at = (SELECT max(at) FROM accountability_steps AS s
                   WHERE s.district = a.district AND s.id = a.id AND s.action = 'close')
    WHERE a.district = record.district AND a.id = record.id;
  END LOOP;
END $$;

ALTER TABLE accountability ADD CONSTRAINT accountability_chain_length CHECK (octet_length(chain) = 32);
ALTER TABLE accountability_steps ALTER COLUMN hash SET NOT NULL;

-- Does what an action leads to in one statement: the row moves on, its chain with it, and the step is written. Returns
-- false where the record has moved on meanwhile. `p_statement_due` is set where the action starts that time.
CREATE FUNCTION accountability_advance(
  p_district text, p_id text, p_version integer, p_state text, p_action text, p_actor text, p_note text,
  p_at timestamptz, p_statement_due timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  link bytea;
BEGIN
  UPDATE accountability AS a SET
    state = p_state, version = a.version + 1,
    chain = accountability_step_hash(
      coalesce(a.chain, accountability_opening(a.district, a.id, a.case_number, a.clock, a.rung, a.unit, a.department,
                                               a.due_at, a.opened_at)),
      a.district, a.id, a.version, p_action, p_actor, p_note, p_at),
    acknowledged_at = CASE WHEN p_action = 'acknowledge' THEN p_at ELSE a.acknowledged_at END,
    statement_due_at = coalesce(p_statement_due, a.statement_due_at),
    statement_at = CASE WHEN p_action = 'statement' THEN p_at ELSE a.statement_at END,
    statement_late = a.statement_late OR p_action = 'statement_late',
    finding = CASE p_action WHEN 'uphold' THEN 'upheld' WHEN 'waive' THEN 'waived' ELSE a.finding END,
    decided_at = CASE WHEN p_action IN ('uphold', 'waive') THEN p_at ELSE a.decided_at END,
    closed_at = CASE WHEN p_action = 'close' THEN p_at ELSE a.closed_at END
  WHERE a.district = p_district AND a.id = p_id AND a.version = p_version
  RETURNING a.chain INTO link;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO accountability_steps (district, id, step, action, actor, note, at, hash)
  VALUES (p_district, p_id, p_version, p_action, p_actor, p_note, p_at, link);
  RETURN true;
END $$;

-- The daily proof that every clock which ran over has its rungs. `day` is the local day it was made on.
CREATE TABLE self_checks (
  district       text        COLLATE "C" NOT NULL,
  day            date        NOT NULL,
  as_of          timestamptz NOT NULL,
  -- the journal up to here
  seq            bigint      NOT NULL,
  hash           bytea       NOT NULL,
  policy_version integer     NOT NULL,
  cases          bigint      NOT NULL,
  clocks         bigint      NOT NULL,
  rungs          bigint      NOT NULL,
  gaps           bigint      NOT NULL,
  -- the gaps found first, each with case, clock, rung and when it should have been
  findings       jsonb       NOT NULL,
  PRIMARY KEY (district, day)
);

GRANT SELECT, INSERT ON timer_policy_periods TO gridloop_escalation;
GRANT SELECT, INSERT, UPDATE ON self_checks TO gridloop_escalation;
GRANT SELECT ON self_checks TO gridloop_console;
GRANT UPDATE ON accountability TO gridloop_escalation;
GRANT SELECT, INSERT ON accountability_steps TO gridloop_escalation;
GRANT SELECT, INSERT ON inbox TO gridloop_escalation;
