-- The versions of each network: every file of its directory, as it was applied.

CREATE TABLE network_versions (
  district   text        COLLATE "C" NOT NULL,
  version    integer     NOT NULL,
  name       text        NOT NULL,
  archive    bytea       NOT NULL,
  sha256     bytea       NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  applied_by text        NOT NULL,
  PRIMARY KEY (district, version)
);

-- Who runs, where they listen, and that they are alive.
CREATE TABLE instances (
  service          text        COLLATE "C" NOT NULL,
  instance         text        COLLATE "C" NOT NULL,
  pid              integer     NOT NULL,
  version          text        NOT NULL,
  started_at       timestamptz NOT NULL,
  heartbeat_at     timestamptz NOT NULL,
  publish_endpoint text,
  pull_endpoint    text,
  curve_public_key text,
  health_endpoint  text,
  http_endpoint    text,
  details          text        NOT NULL DEFAULT '{}',
  PRIMARY KEY (service, instance)
);
