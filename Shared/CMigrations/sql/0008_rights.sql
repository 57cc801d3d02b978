-- One role per service with the least rights. Nobody may change or remove a row of the journal: it belongs to a role
-- that nobody signs in as, and the services may only add to it and read it.

DO $$
DECLARE
  service text;
BEGIN
  FOREACH service IN ARRAY ARRAY['gridloop_journal', 'gridloop_intake', 'gridloop_dispatcher', 'gridloop_escalation',
                                 'gridloop_stats', 'gridloop_notifier', 'gridloop_console'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = service) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', service);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- made by another database of this server at the same moment
      END;
    END IF;
  END LOOP;
END $$;

GRANT CREATE ON SCHEMA public TO gridloop_journal;
ALTER TABLE journal OWNER TO gridloop_journal;
REVOKE CREATE ON SCHEMA public FROM gridloop_journal;

GRANT USAGE ON SCHEMA public TO gridloop_intake, gridloop_dispatcher, gridloop_escalation, gridloop_stats,
  gridloop_notifier, gridloop_console;

-- what every service does: reads policy, follows the journal, makes itself known
GRANT SELECT ON journal, journal_head, network_versions, positions, cases, reports, schema_migrations
  TO gridloop_intake, gridloop_dispatcher, gridloop_escalation, gridloop_stats, gridloop_notifier, gridloop_console;
GRANT SELECT, INSERT, UPDATE, DELETE ON instances
  TO gridloop_intake, gridloop_dispatcher, gridloop_escalation, gridloop_stats, gridloop_notifier, gridloop_console;

-- writers of the journal
GRANT INSERT ON journal TO gridloop_intake, gridloop_dispatcher, gridloop_escalation, gridloop_console;
GRANT UPDATE ON journal_head TO gridloop_intake, gridloop_dispatcher, gridloop_escalation, gridloop_console;
GRANT INSERT, UPDATE ON cases TO gridloop_intake, gridloop_dispatcher, gridloop_escalation, gridloop_console;

-- consumers
GRANT INSERT, UPDATE, DELETE ON positions TO gridloop_escalation, gridloop_stats, gridloop_notifier;
GRANT SELECT, INSERT, UPDATE ON quarantine TO gridloop_escalation, gridloop_stats, gridloop_notifier;

GRANT INSERT, UPDATE ON reports TO gridloop_intake;
GRANT SELECT, INSERT, UPDATE ON attachments TO gridloop_intake;
GRANT SELECT ON users, api_keys, sessions TO gridloop_intake;

GRANT SELECT, INSERT, UPDATE, DELETE ON timers, timer_policies TO gridloop_escalation;
GRANT SELECT, INSERT ON escalations, accountability TO gridloop_escalation;

GRANT SELECT, INSERT, UPDATE, DELETE ON rollup_daily TO gridloop_stats;

GRANT SELECT, INSERT, UPDATE ON inbox, deliveries TO gridloop_notifier;
GRANT SELECT ON users TO gridloop_notifier;

GRANT SELECT, INSERT, UPDATE ON users, api_keys, sessions TO gridloop_console;
GRANT DELETE ON sessions TO gridloop_console;
GRANT SELECT ON timers, escalations, quarantine, rollup_daily, attachments, deliveries TO gridloop_console;
GRANT SELECT, UPDATE ON inbox, accountability TO gridloop_console;
GRANT SELECT, INSERT ON accountability_steps TO gridloop_console;
