/** The tables, as steps from one version of the database to the next. A step that was released is never changed. */

/** `PRAGMA user_version` is the number of steps taken. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE providers (
    name       TEXT PRIMARY KEY,
    adapter    TEXT NOT NULL,
    config     TEXT NOT NULL,              -- JSON, secrets included
    wanted     INTEGER NOT NULL            -- 1: started at the next start of the gateway
  ) STRICT;

  CREATE TABLE instances (
    key        INTEGER PRIMARY KEY AUTOINCREMENT, -- an id may be used again, a key never is
    id         TEXT NOT NULL UNIQUE,
    selector   TEXT NOT NULL,              -- as the user wrote it
    strategy   TEXT NOT NULL,
    hash       TEXT NOT NULL,              -- the revision it pins
    tag        TEXT NOT NULL,
    config     TEXT NOT NULL,              -- JSON as given, without defaults
    scope      TEXT NOT NULL,              -- JSON
    wanted     INTEGER NOT NULL,           -- 1: started at the next start of the gateway
    state      TEXT NOT NULL,              -- created, running, stopped, failed
    reason     TEXT
  ) STRICT;

  CREATE TABLE orders (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,       -- the client order id
    instance   INTEGER NOT NULL,           -- instances.key, also after the instance is gone
    provider   TEXT NOT NULL,
    body       TEXT NOT NULL,              -- JSON of the order
    state      TEXT NOT NULL,              -- PENDING before the venue's first report
    report     TEXT,                       -- JSON of the venue's last report
    placed_ms  INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX orders_of ON orders (instance, seq);
  CREATE INDEX orders_open ON orders (instance) WHERE state IN ('PENDING', 'ACK', 'PARTIAL');

  CREATE TABLE executions (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id     TEXT NOT NULL,
    instance     INTEGER NOT NULL,
    provider     TEXT NOT NULL,
    symbol       TEXT NOT NULL,
    side         TEXT NOT NULL,
    price        TEXT NOT NULL,
    quantity     TEXT NOT NULL,
    fee          TEXT NOT NULL,
    fee_currency TEXT NOT NULL,
    liquidity    TEXT NOT NULL,
    time_ms      INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX executions_of ON executions (instance, seq);

  CREATE TABLE logs (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    instance INTEGER NOT NULL,
    time_ms  INTEGER NOT NULL,
    level    TEXT NOT NULL,
    source   TEXT NOT NULL,
    message  TEXT NOT NULL
  ) STRICT;
  CREATE INDEX logs_of ON logs (instance, seq);

  CREATE TABLE states (
    instance INTEGER PRIMARY KEY,
    state    TEXT NOT NULL                 -- JSON of helpers.state
  ) STRICT;

  CREATE TABLE checkpoints (
    instance INTEGER PRIMARY KEY,
    hash     TEXT NOT NULL,                -- of the revision
    engine   TEXT NOT NULL,                -- hash of the engine
    launch   TEXT NOT NULL,                -- JSON of what the strategy was told when it was created
    memory   BLOB NOT NULL                 -- as its host packed it
  ) STRICT;

  CREATE TABLE usage (
    strategy   TEXT NOT NULL,
    hash       TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    PRIMARY KEY (strategy, hash)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms  INTEGER NOT NULL,
    who      TEXT NOT NULL,
    what     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    strategy TEXT,
    before   TEXT,                         -- JSON
    after    TEXT,                         -- JSON
    message  TEXT
  ) STRICT;
  CREATE INDEX audit_strategy ON audit (strategy, seq);
  CREATE INDEX audit_subject ON audit (subject, seq);
  CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  CREATE TRIGGER audit_unaltered BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  `,
  `
  CREATE TABLE audited_home (
    directory TEXT PRIMARY KEY             -- the strategy home that audited_tags tells of
  ) STRICT;

  CREATE TABLE audited_tags (
    subject  TEXT PRIMARY KEY,             -- strategy:tag
    strategy TEXT NOT NULL,
    hash     TEXT NOT NULL                 -- what it names after the last entry of the audit
  ) STRICT;
  CREATE TRIGGER audited_move AFTER INSERT ON audit WHEN NEW.what = 'tag_moved' BEGIN
    INSERT OR REPLACE INTO audited_tags VALUES (NEW.subject, NEW.strategy, NEW.after ->> '$');
  END;
  CREATE TRIGGER audited_deletion AFTER INSERT ON audit WHEN NEW.what = 'tag_deleted' BEGIN
    DELETE FROM audited_tags WHERE subject = NEW.subject;
  END;
  CREATE TRIGGER audited_revision_deletion AFTER INSERT ON audit WHEN NEW.what = 'revision_deleted' BEGIN
    DELETE FROM audited_tags
    WHERE subject IN (SELECT NEW.strategy || ':' || value FROM json_each(NEW.before, '$.tags'));
  END;
  `,
  `
  -- INSERT OR REPLACE deletes the row in its way without a word to the trigger that keeps it
  CREATE TRIGGER audit_unreplaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq) BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
  END;
  `,
  `
  CREATE TABLE risk_limits (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    body TEXT NOT NULL                     -- JSON of the whole set
  ) STRICT;

  CREATE TABLE kill_switches (
    scope    TEXT NOT NULL,                -- all, provider, instance
    subject  TEXT NOT NULL,                -- a name or id; '' for all
    reason   TEXT NOT NULL,
    who      TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (scope, subject)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE INDEX audit_revision_deletions ON audit (strategy, seq) WHERE what = 'revision_deleted';
  `,
  `
  CREATE TABLE account_states (
    instance INTEGER NOT NULL,             -- instances.key
    provider TEXT NOT NULL,
    seq      INTEGER NOT NULL,             -- the last of the executions that made it
    state    TEXT NOT NULL,                -- JSON
    PRIMARY KEY (instance, provider)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE untold_reports (
    seq      INTEGER PRIMARY KEY,
    instance INTEGER NOT NULL,             -- instances.key
    order_id TEXT NOT NULL,                -- the client order id
    report   TEXT NOT NULL                 -- JSON of what the venue reports; deleted once its strategy was told of it
  ) STRICT;
  CREATE INDEX untold_reports_of ON untold_reports (instance, seq);
  `,
  `
  ALTER TABLE instances ADD COLUMN created_ms INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE instances ADD COLUMN updated_ms INTEGER NOT NULL DEFAULT 0; -- what is kept of it last changed
  -- the audit has known it all along
  UPDATE instances SET
    created_ms = coalesce(
      (SELECT max(time_ms) FROM audit WHERE subject = id AND what = 'instance_created'),
      CAST(unixepoch('subsec') * 1000 AS INTEGER)
    );
  UPDATE instances SET
    updated_ms = max(
      created_ms,
      coalesce((SELECT max(time_ms) FROM audit WHERE subject = id AND what GLOB 'instance_*'), 0)
    );
  `,
  `
  -- how many rows there are, so that nobody has to count them
  CREATE TABLE totals (
    what     TEXT NOT NULL,                -- orders, executions
    instance INTEGER NOT NULL,             -- instances.key
    entries  INTEGER NOT NULL,
    PRIMARY KEY (what, instance)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO totals SELECT 'executions', instance, count(*) FROM executions GROUP BY instance;
  CREATE TRIGGER executions_more AFTER INSERT ON executions BEGIN
    INSERT INTO totals VALUES ('executions', NEW.instance, 1) ON CONFLICT DO UPDATE SET entries = entries + 1;
  END;
  CREATE TRIGGER executions_fewer AFTER DELETE ON executions BEGIN
    UPDATE totals SET entries = entries - 1 WHERE what = 'executions' AND instance = OLD.instance;
    DELETE FROM totals WHERE what = 'executions' AND instance = OLD.instance AND entries = 0;
  END;

  CREATE INDEX audit_who ON audit (who, seq);
  CREATE INDEX audit_what ON audit (what, seq);
  CREATE INDEX audit_time ON audit (time_ms, seq);
  `,
  `
  -- an order as columns: what its report repeats is not kept twice. Rows move over in slices, before anybody reads them
  ALTER TABLE orders RENAME TO orders_as_json;
  DROP INDEX orders_of;
  DROP INDEX orders_open;
  CREATE TABLE orders (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE,    -- the client order id
    instance      INTEGER NOT NULL,        -- instances.key, also after the instance is gone
    provider      TEXT NOT NULL,
    symbol        TEXT NOT NULL,
    side          TEXT NOT NULL,
    type          TEXT NOT NULL,
    quantity      TEXT NOT NULL,
    price         TEXT,
    stop_price    TEXT,
    time_in_force TEXT NOT NULL,
    post_only     INTEGER NOT NULL,
    reduce_only   INTEGER NOT NULL,
    client_tag    TEXT,
    asked         TEXT,                    -- JSON of the amounts that were rounded
    state         TEXT NOT NULL,           -- PENDING before the venue's first report
    exchange_id   TEXT,                    -- null: PENDING, or made of the provider and the id
    filled        TEXT,                    -- null: all when FILLED, else nothing
    remaining     TEXT,                    -- null: nothing when FILLED, else all
    average       TEXT,                    -- null: 0
    reject_reason TEXT,
    placed_ms     INTEGER NOT NULL,
    updated_ms    INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX orders_of ON orders (instance, seq);
  CREATE INDEX orders_open ON orders (instance) WHERE state IN ('PENDING', 'ACK', 'PARTIAL');
  CREATE TRIGGER orders_more AFTER INSERT ON orders BEGIN
    INSERT INTO totals VALUES ('orders', NEW.instance, 1) ON CONFLICT DO UPDATE SET entries = entries + 1;
  END;
  CREATE TRIGGER orders_fewer AFTER DELETE ON orders BEGIN
    UPDATE totals SET entries = entries - 1 WHERE what = 'orders' AND instance = OLD.instance;
    DELETE FROM totals WHERE what = 'orders' AND instance = OLD.instance AND entries = 0;
  END;
  `,
  `
  -- one for each model of account that it may have one day: what was pruned can be booked in none of them again
  CREATE TABLE account_states_by_model (
    instance INTEGER NOT NULL,             -- instances.key
    provider TEXT NOT NULL,
    model    TEXT NOT NULL,                -- linear, spot
    seq      INTEGER NOT NULL,             -- the last of the executions that made it
    state    TEXT NOT NULL,                -- JSON
    PRIMARY KEY (instance, provider, model)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO account_states_by_model SELECT instance, provider, state ->> 'model', seq, state FROM account_states;
  DROP TABLE account_states;
  ALTER TABLE account_states_by_model RENAME TO account_states;

  -- what was there at a time: rows tell the time of their market, which may be a recording
  CREATE TABLE marks (
    time_ms    INTEGER PRIMARY KEY,
    orders     INTEGER NOT NULL,           -- the newest orders.seq
    executions INTEGER NOT NULL            -- the newest executions.seq
  ) STRICT;
  `,
  `
  -- an order of which an answer was lost is open until the venue was asked
  DROP INDEX orders_open;
  CREATE INDEX orders_open ON orders (instance) WHERE state IN ('PENDING', 'ACK', 'PARTIAL', 'UNKNOWN');

  -- the venue's name of an execution, where it has one: nothing is booked twice
  ALTER TABLE executions ADD COLUMN venue_id TEXT;
  CREATE UNIQUE INDEX executions_at_venue ON executions (order_id, venue_id) WHERE venue_id IS NOT NULL;

  -- the last start of an instance: what begins client order ids grows, whatever the clock does
  CREATE TABLE starts (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    last_ms INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- what happens in the gateway, as it is told to whoever follows it: to be told later, in the same order
  CREATE TABLE feed (
    last    INTEGER PRIMARY KEY,           -- the number of the newest of these entries
    first   INTEGER NOT NULL,
    is_log  INTEGER NOT NULL,              -- 1: lines of logs, which come in floods and are kept apart
    entries BLOB NOT NULL                  -- a line for each: its number, a space, JSON; zstd where there are many
  ) STRICT;

  CREATE TABLE feed_gone (
    is_log INTEGER PRIMARY KEY,
    last   INTEGER NOT NULL                -- the newest that was removed
  ) STRICT;
  INSERT INTO feed_gone VALUES (0, 0), (1, 0);
  `,
  `
  CREATE TABLE standings (
    scope    TEXT NOT NULL,                -- instance, account, strategy, revision, provider, all
    subject  TEXT NOT NULL,                -- a key, a name; '' for all
    currency TEXT NOT NULL,
    state    TEXT NOT NULL,                -- JSON
    PRIMARY KEY (scope, subject, currency)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE equity_points (
    instance INTEGER NOT NULL,             -- instances.key
    currency TEXT NOT NULL,
    tier     INTEGER NOT NULL,             -- the higher, the longer the spans of which each has one point
    span     INTEGER NOT NULL,             -- which of its spans, counted from 1970
    time_ms  INTEGER NOT NULL,
    equity   TEXT NOT NULL,
    PRIMARY KEY (instance, currency, tier, span)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE traded (
    instance INTEGER NOT NULL,             -- instances.key
    provider TEXT NOT NULL,
    symbol   TEXT NOT NULL,
    seq      INTEGER NOT NULL,             -- the last of the executions that count
    fills    INTEGER NOT NULL,
    turnover TEXT NOT NULL,                -- in the settlement currency
    fees     TEXT NOT NULL,                -- JSON: by currency
    PRIMARY KEY (instance, provider, symbol)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE orders ADD COLUMN placed_by TEXT; -- who has placed it; null: the strategy
  `,
  `
  ALTER TABLE kill_switches ADD COLUMN mode TEXT NOT NULL DEFAULT 'kill'; -- kill, close, reduce
  ALTER TABLE kill_switches ADD COLUMN until_ms INTEGER;                  -- when it is released by itself; null: never
  `,
  `
  -- from where losses count, after a resume
  CREATE TABLE loss_marks (
    scope    TEXT NOT NULL,                -- all, provider, instance
    subject  TEXT NOT NULL,                -- a name, instances.key; '' for all
    currency TEXT NOT NULL,
    day      INTEGER NOT NULL,             -- of the resume, since 1970, UTC
    base     TEXT NOT NULL,                -- profit since the start, at the resume
    peak     TEXT NOT NULL,                -- its best since then
    PRIMARY KEY (scope, subject, currency)
  ) STRICT, WITHOUT ROWID;

  -- orders of an instance that limits have refused
  CREATE TABLE risk_breaches (
    instance      TEXT NOT NULL,           -- its id
    provider      TEXT NOT NULL,
    breaches      INTEGER NOT NULL,        -- since the last resume
    counted       INTEGER NOT NULL,        -- since the circuit breaker last closed
    open_until_ms INTEGER NOT NULL,        -- by the time of its events; 0: closed
    PRIMARY KEY (instance, provider)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- tags that move in steps: the last of each tag
  CREATE TABLE rollouts (
    strategy TEXT NOT NULL,
    tag      TEXT NOT NULL,
    decided  TEXT NOT NULL,                -- JSON: what is to be done, written before it is
    counted  TEXT NOT NULL,                -- JSON: what its instances have done since it began
    PRIMARY KEY (strategy, tag)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- what is wrong or has been, until everybody who is to know of it was told
  CREATE TABLE alerts (
    rule    TEXT NOT NULL,
    subject TEXT NOT NULL,                 -- an instance, a provider and such; '' for the gateway
    body    TEXT NOT NULL,                 -- JSON
    PRIMARY KEY (rule, subject)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE alert_reading (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    last    INTEGER NOT NULL,              -- the entry of the feed up to which they are found out
    counted TEXT NOT NULL                  -- JSON: what was counted up to there
  ) STRICT;
  `,
  `
  -- backtests that were asked for; their results are files of the data folder. An id is never used again
  CREATE TABLE backtests (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL                     -- JSON
  ) STRICT;
  `,
  `
  -- exceptions of both sides of a rollout: written as they are heard of, and the rest of what is counted now and then
  ALTER TABLE rollouts ADD COLUMN errors_from INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE rollouts ADD COLUMN errors_to INTEGER NOT NULL DEFAULT 0;
  UPDATE rollouts SET
    errors_from = coalesce(counted ->> '$.sums.from.errors', 0),
    errors_to = coalesce(counted ->> '$.sums.to.errors', 0);
  `,
  `
  -- how far each instance that runs has come, as told by its host: written with all that came of it
  CREATE TABLE progress (
    instance   INTEGER PRIMARY KEY,        -- instances.key
    number     INTEGER NOT NULL,           -- its hosts know it by that, since it was started
    slot       INTEGER NOT NULL,           -- which of the hosts
    start_ms   INTEGER NOT NULL,           -- in its client order ids
    rolls      INTEGER NOT NULL,           -- how often another program has taken its place
    acts       INTEGER NOT NULL,           -- since it was started, as all that follows
    lines      INTEGER NOT NULL,           -- of its log
    exceptions INTEGER NOT NULL,           -- since its program began
    fills      INTEGER NOT NULL,
    left_out   INTEGER NOT NULL,           -- market events that did not come to its host
    left_newer INTEGER NOT NULL,           -- those of them that have left their place to a newer one
    hash       TEXT NOT NULL,              -- of its program
    engine     TEXT NOT NULL
  ) STRICT;

  -- numbers of starts up to here may have been given to hosts
  CREATE TABLE run_numbers (
    only     INTEGER PRIMARY KEY CHECK (only = 1),
    reserved INTEGER NOT NULL
  ) STRICT;

  -- a host that has outlived the gateway knows reports by their numbers: none is used again
  CREATE TABLE reports_to_tell (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    instance  INTEGER NOT NULL,            -- instances.key
    order_id  TEXT NOT NULL,               -- the client order id
    report    TEXT NOT NULL,               -- JSON of what the venue reports; deleted once its strategy was told of it
    execution INTEGER                      -- executions.seq of its fill
  ) STRICT;
  INSERT INTO reports_to_tell SELECT seq, instance, order_id, report, NULL FROM untold_reports;
  DROP TABLE untold_reports;
  ALTER TABLE reports_to_tell RENAME TO untold_reports;
  CREATE INDEX untold_reports_of ON untold_reports (instance, seq);
  `,
  `
  ALTER TABLE instances ADD COLUMN restart TEXT NOT NULL DEFAULT 'never'; -- never, on-failure, always
  ALTER TABLE instances ADD COLUMN restarts TEXT NOT NULL                 -- JSON: how that was at work
    DEFAULT '{"count":0,"inARow":0,"triedMs":[],"nextMs":0}';
  `,
  `
  -- how far a recording was played, with everything that goes on from there
  CREATE TABLE cuts (
    provider TEXT PRIMARY KEY,
    body     TEXT NOT NULL                 -- JSON
  ) STRICT, WITHOUT ROWID;
  `,
]
