#include "CMigrations.h"

static const unsigned char text_0001[] = {
#embed "sql/0001_journal.sql"
};
static const unsigned char text_0002[] = {
#embed "sql/0002_reports.sql"
};
static const unsigned char text_0003[] = {
#embed "sql/0003_network.sql"
};
static const unsigned char text_0004[] = {
#embed "sql/0004_access.sql"
};
static const unsigned char text_0005[] = {
#embed "sql/0005_escalation.sql"
};
static const unsigned char text_0006[] = {
#embed "sql/0006_rollups.sql"
};
static const unsigned char text_0007[] = {
#embed "sql/0007_notices.sql"
};
static const unsigned char text_0008[] = {
#embed "sql/0008_rights.sql"
};
static const unsigned char text_0009[] = {
#embed "sql/0009_quarantine.sql"
};
static const unsigned char text_0010[] = {
#embed "sql/0010_closed_loop.sql"
};
static const unsigned char text_0011[] = {
#embed "sql/0011_discipline.sql"
};
static const unsigned char text_0012[] = {
#embed "sql/0012_rosters.sql"
};
static const unsigned char text_0013[] = {
#embed "sql/0013_suppressions.sql"
};
static const unsigned char text_0014[] = {
#embed "sql/0014_case_marks.sql"
};
static const unsigned char text_0015[] = {
#embed "sql/0015_city_keys.sql"
};
static const unsigned char text_0016[] = {
#embed "sql/0016_shifts_and_notices.sql"
};
static const unsigned char text_0017[] = {
#embed "sql/0017_case_standings.sql"
};
static const unsigned char text_0018[] = {
#embed "sql/0018_grid_changes.sql"
};
static const unsigned char text_0019[] = {
#embed "sql/0019_administration.sql"
};
static const unsigned char text_0020[] = {
#embed "sql/0020_open_cases.sql"
};
static const unsigned char text_0021[] = {
#embed "sql/0021_key_limits.sql"
};

static const gl_migration migrations[] = {
  {"0001_journal", text_0001, sizeof text_0001},
  {"0002_reports", text_0002, sizeof text_0002},
  {"0003_network", text_0003, sizeof text_0003},
  {"0004_access", text_0004, sizeof text_0004},
  {"0005_escalation", text_0005, sizeof text_0005},
  {"0006_rollups", text_0006, sizeof text_0006},
  {"0007_notices", text_0007, sizeof text_0007},
  {"0008_rights", text_0008, sizeof text_0008},
  {"0009_quarantine", text_0009, sizeof text_0009},
  {"0010_closed_loop", text_0010, sizeof text_0010},
  {"0011_discipline", text_0011, sizeof text_0011},
  {"0012_rosters", text_0012, sizeof text_0012},
  {"0013_suppressions", text_0013, sizeof text_0013},
  {"0014_case_marks", text_0014, sizeof text_0014},
  {"0015_city_keys", text_0015, sizeof text_0015},
  {"0016_shifts_and_notices", text_0016, sizeof text_0016},
  {"0017_case_standings", text_0017, sizeof text_0017},
  {"0018_grid_changes", text_0018, sizeof text_0018},
  {"0019_administration", text_0019, sizeof text_0019},
  {"0020_open_cases", text_0020, sizeof text_0020},
  {"0021_key_limits", text_0021, sizeof text_0021},
};

size_t gl_migration_count(void) { return sizeof migrations / sizeof migrations[0]; }

gl_migration gl_migration_at(size_t index) { return migrations[index]; }
