-- Changes of grids: what is proposed, who approved it level by level, and what became of it on its day.

CREATE TABLE grid_changes (
  district        text        COLLATE "C" NOT NULL,
  -- <district>-g<number>
  id              text        COLLATE "C" NOT NULL,
  number          bigint      NOT NULL,
  version         integer     NOT NULL DEFAULT 1,
  network         text        COLLATE "C" NOT NULL,
  kind            text        COLLATE "C" NOT NULL,
  state           text        COLLATE "C" NOT NULL DEFAULT 'proposed',
  -- the grids that give way, and the codes of those that come
  grids           text[]      COLLATE "C" NOT NULL,
  codes           text[]      COLLATE "C" NOT NULL,
  reason          text        NOT NULL,
  -- the local day, and its first moment
  effective_on    date        NOT NULL,
  effective_at    timestamptz NOT NULL,
  -- until when the level that is asked has time; of an approved change the moment at which it comes into force
  due_at          timestamptz NOT NULL,
  -- feature collections: the grids as they were when it was proposed, and as it draws them
  before          bytea       NOT NULL,
  after           bytea       NOT NULL,
  -- <level> <role>@<unit>, and where the level has a time of its own " <limit>"; in order of level
  approvals       text[]      COLLATE "C" NOT NULL,
  proposed_by     text        COLLATE "C" NOT NULL,
  -- role@unit of whoever proposed it
  proposer_post   text        COLLATE "C" NOT NULL,
  proposed_at     timestamptz NOT NULL,
  ended_at        timestamptz,
  -- why it was refused, taken back, or could not come into force
  outcome         text,
  -- the version of the network in which it came into force
  network_version integer,
  -- the hash of the last step, or of the opening where there is none: the end of the change's chain
  chain           bytea       NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, number),
  CONSTRAINT grid_changes_kind_known CHECK (kind IN ('split', 'merge', 'move')),
  CONSTRAINT grid_changes_state_known
    CHECK (state IN ('proposed', 'approved', 'in_force', 'rejected', 'withdrawn', 'lapsed', 'conflicted')),
  CONSTRAINT grid_changes_ended CHECK ((state IN ('proposed', 'approved')) = (ended_at IS NULL)),
  CONSTRAINT grid_changes_in_force CHECK ((state = 'in_force') = (network_version IS NOT NULL)),
  CONSTRAINT grid_changes_due_by_its_day CHECK (due_at <= effective_at),
  CONSTRAINT grid_changes_chain_length CHECK (octet_length(chain) = 32)
);
CREATE INDEX grid_changes_due ON grid_changes (district, due_at) WHERE state IN ('proposed', 'approved');

-- Decisions and what became of it, in order, each chained to the one before. Nothing here is ever changed.
CREATE TABLE grid_change_steps (
  district text        COLLATE "C" NOT NULL,
  id       text        COLLATE "C" NOT NULL,
  step     integer     NOT NULL,
  action   text        COLLATE "C" NOT NULL,
  -- the approval that was given, as in grid_changes.approvals; empty for other steps
  post     text        COLLATE "C" NOT NULL,
  actor    text        COLLATE "C" NOT NULL,
  note     text        NOT NULL,
  at       timestamptz NOT NULL,
  hash     bytea       NOT NULL,
  PRIMARY KEY (district, id, step)
);

-- Codes that an open change speaks of: of one grid, and of one new code, there is one open change at a time.
CREATE TABLE grid_change_claims (
  district text COLLATE "C" NOT NULL,
  code     text COLLATE "C" NOT NULL,
  id       text COLLATE "C" NOT NULL,
  PRIMARY KEY (district, code)
);

-- What the first step of a change continues: everything that is approved.
CREATE FUNCTION grid_change_opening(
  district text, id text, kind text, grids text[], after bytea, reason text, effective_on date, approvals text[],
  proposed_by text, proposed_at timestamptz
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN sha256(
    journal_field('gridloop-grid-change-1') || journal_field(convert_to(district, 'UTF8'))
    || journal_field(convert_to(id, 'UTF8')) || journal_field(convert_to(kind, 'UTF8'))
    || journal_field(convert_to(array_to_string(grids, ' '), 'UTF8')) || journal_field(sha256(after))
    || journal_field(sha256(convert_to(reason, 'UTF8'))) || journal_field(int4send(effective_on - date '1970-01-01'))
    || journal_field(convert_to(array_to_string(approvals, ','), 'UTF8'))
    || journal_field(convert_to(proposed_by, 'UTF8'))
    || journal_field(int8send((extract(epoch FROM proposed_at) * 1000000)::bigint)));

CREATE FUNCTION grid_change_step_hash(
  previous bytea, district text, id text, step integer, action text, post text, actor text, note text, at timestamptz
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN sha256(
    journal_field('gridloop-grid-change-step-1') || journal_field(previous)
    || journal_field(convert_to(district, 'UTF8')) || journal_field(convert_to(id, 'UTF8'))
    || journal_field(int4send(step)) || journal_field(convert_to(action, 'UTF8'))
    || journal_field(convert_to(post, 'UTF8')) || journal_field(convert_to(actor, 'UTF8'))
    || journal_field(sha256(convert_to(note, 'UTF8')))
    || journal_field(int8send((extract(epoch FROM at) * 1000000)::bigint)));

-- Writes a change down, unless another open one speaks of the same codes: these are answered then, and no id.
CREATE FUNCTION grid_change_propose(
  p_district text, p_network text, p_kind text, p_grids text[], p_codes text[], p_reason text, p_effective_on date,
  p_effective_at timestamptz, p_before bytea, p_after bytea, p_approvals text[], p_proposed_by text, p_post text,
  p_at timestamptz, p_due_at timestamptz
) RETURNS TABLE (id text, taken text[]) LANGUAGE plpgsql AS $$
DECLARE
  v_number bigint;
  v_id     text;
  v_taken  text[];
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('gridloop grid changes ' || p_district, 0));
  SELECT array_agg(c.code || ' ' || c.id ORDER BY c.code) INTO v_taken FROM grid_change_claims AS c
  WHERE c.district = p_district AND c.code = ANY (p_grids || p_codes);
  IF v_taken IS NOT NULL THEN
    RETURN QUERY SELECT NULL::text, v_taken;
    RETURN;
  END IF;
  SELECT coalesce(max(g.number), 0) + 1 INTO v_number FROM grid_changes AS g WHERE g.district = p_district;
  v_id := p_district || '-g' || v_number;
  INSERT INTO grid_changes (district, id, number, network, kind, grids, codes, reason, effective_on, effective_at,
    due_at, before, after, approvals, proposed_by, proposer_post, proposed_at, chain)
  VALUES (p_district, v_id, v_number, p_network, p_kind, p_grids, p_codes, p_reason, p_effective_on, p_effective_at,
    p_due_at, p_before, p_after, p_approvals, p_proposed_by, p_post, p_at,
    grid_change_opening(p_district, v_id, p_kind, p_grids, p_after, p_reason, p_effective_on, p_approvals,
      p_proposed_by, p_at));
  INSERT INTO grid_change_claims (district, code, id)
  SELECT DISTINCT p_district, c, v_id FROM unnest(p_grids || p_codes) AS c;
  RETURN QUERY SELECT v_id, '{}'::text[];
END $$;

-- Does what a decision, or its day, leads to in one statement: the row moves on, its chain with it, the step is written,
-- and at an end the codes are free again. Returns false where the change has moved on meanwhile.
CREATE FUNCTION grid_change_advance(
  p_district text, p_id text, p_version integer, p_state text, p_action text, p_post text, p_actor text, p_note text,
  p_at timestamptz, p_network_version integer, p_due_at timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_link  bytea;
  v_over  boolean := p_state NOT IN ('proposed', 'approved');
BEGIN
  UPDATE grid_changes AS g SET
    state = p_state, version = g.version + 1, due_at = coalesce(p_due_at, g.due_at),
    chain = grid_change_step_hash(g.chain, g.district, g.id, g.version, p_action, p_post, p_actor, p_note, p_at),
    ended_at = CASE WHEN v_over THEN p_at END,
    outcome = CASE WHEN v_over AND p_note <> '' THEN p_note END,
    network_version = p_network_version
  WHERE g.district = p_district AND g.id = p_id AND g.version = p_version AND g.state IN ('proposed', 'approved')
  RETURNING g.chain INTO v_link;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO grid_change_steps (district, id, step, action, post, actor, note, at, hash)
  VALUES (p_district, p_id, p_version, p_action, p_post, p_actor, p_note, p_at, v_link);
  IF v_over THEN
    DELETE FROM grid_change_claims AS c WHERE c.district = p_district AND c.id = p_id;
  END IF;
  RETURN true;
END $$;

GRANT SELECT, INSERT, UPDATE ON grid_changes TO gridloop_console;
GRANT SELECT, UPDATE ON grid_changes TO gridloop_escalation;
GRANT SELECT, INSERT ON grid_change_steps TO gridloop_console, gridloop_escalation;
GRANT SELECT, INSERT, DELETE ON grid_change_claims TO gridloop_console;
GRANT SELECT, DELETE ON grid_change_claims TO gridloop_escalation;
GRANT INSERT ON asked_notices TO gridloop_console;
-- escalation puts approved changes in force, each as a version of the network
GRANT INSERT ON network_versions TO gridloop_escalation;
