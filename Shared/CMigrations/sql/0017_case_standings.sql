-- What state and facts of a case can stand together: with these no writer can move a case to another state against the
-- case machine without being refused, for the facts that would have come with the step are missing.

ALTER TABLE cases
  -- 2: valid, 4: filed, 16: signed, 32: handled, 16384: suspended, as CaseFacts has them
  ADD CONSTRAINT cases_valid_counts CHECK ((state IN ('reported', 'void', 'merged')) = (facts & 2 = 0)),
  ADD CONSTRAINT cases_filed_counts CHECK (state IN ('void', 'merged') OR (state = 'reported') = (facts & 4 = 0)),
  ADD CONSTRAINT cases_lead_once_sent CHECK (lead IS NULL OR state NOT IN ('reported', 'filed', 'desk')),
  ADD CONSTRAINT cases_filed_unsent CHECK (dispatched_at IS NULL OR state NOT IN ('reported', 'filed')),
  ADD CONSTRAINT cases_unsigned CHECK (facts & 16 = 0 OR state NOT IN ('reported', 'filed', 'desk', 'dispatched')),
  ADD CONSTRAINT cases_unhandled CHECK (facts & 32 = 0 OR state IN ('handled', 'closed', 'void', 'merged')),
  ADD CONSTRAINT cases_suspended_counts CHECK (state <> 'suspended' OR facts & 16384 <> 0);
