-- How often the consumer's quarantine has changed. A consumer advances its position only while it knows the present
-- quarantine, so that no copy applies, or passes over, what another copy holds or has let go.
ALTER TABLE positions ADD COLUMN quarantines bigint NOT NULL DEFAULT 0;

-- A case that is released leaves the table.
GRANT DELETE ON quarantine TO gridloop_escalation, gridloop_stats, gridloop_notifier;
