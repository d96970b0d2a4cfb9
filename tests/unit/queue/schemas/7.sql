BEGIN TRANSACTION;
CREATE TABLE jobs (
        seq          INTEGER PRIMARY KEY,               -- the order of acceptance
        id           TEXT NOT NULL UNIQUE,
        destination  TEXT NOT NULL,
        state        TEXT NOT NULL,
        digest       BLOB NOT NULL,                     -- of what was asked, to tell an id's second use
        submitted_at INTEGER NOT NULL,                  -- ms since 1970, as all times
        updated_at   INTEGER NOT NULL,
        started_at   INTEGER,
        expires_at   INTEGER,
        attempts     INTEGER NOT NULL DEFAULT 0,
        copies       INTEGER NOT NULL DEFAULT 1,
        code         TEXT,                              -- why it stands as it does
        reason       TEXT,                              -- JSON: catalogue key and parameters
        reprint_of   TEXT,
        journal      TEXT NOT NULL DEFAULT '',          -- one line a change: ms, state, code
        document     BLOB NOT NULL,                     -- canonical JSON
        data         BLOB NOT NULL                      -- the printer's bytes, last because they may be long
    , moved_from TEXT, remote INTEGER NOT NULL DEFAULT 0, format TEXT NOT NULL DEFAULT 'document', origin TEXT NOT NULL DEFAULT '', owner TEXT NOT NULL DEFAULT '', queued_at INTEGER, simulated INTEGER NOT NULL DEFAULT 0);
INSERT INTO "jobs" VALUES(1,'was-queued-2','cocina','queued',X'6469676573742D7761732D7175657565642D32',1768000001000,1768000002000,NULL,3536000000000,0,1,NULL,NULL,NULL,'1768000002000 queued moved ["barra","cocina"]
',X'',X'','barra',0,'document','','',1768000002000,0);
INSERT INTO "jobs" VALUES(2,'was-sent','caja','sent',X'6469676573742D7761732D73656E74',1768000003000,1768000005000,1768000004000,NULL,1,1,NULL,NULL,NULL,'1768000004000 printing
1768000005000 sent
',X'',X'',NULL,0,'document','','',NULL,0);
INSERT INTO "jobs" VALUES(3,'was-confirmed','caja','confirmed',X'6469676573742D7761732D636F6E6669726D6564',1768000006000,1768000008000,1768000007000,NULL,1,1,NULL,NULL,NULL,'1768000007000 printing
1768000008000 confirmed
',X'',X'',NULL,0,'document','','',NULL,0);
INSERT INTO "jobs" VALUES(4,'was-spooled','caja','spooled',X'6469676573742D7761732D73706F6F6C6564',1768000009000,1768000011000,1768000010000,NULL,1,1,NULL,NULL,NULL,'1768000010000 printing
1768000011000 spooled
',X'',X'',NULL,0,'document','','',NULL,0);
INSERT INTO "jobs" VALUES(5,'was-failed','caja','failed',X'6469676573742D7761732D6661696C6564',1768000012000,1768000014000,1768000013000,NULL,1,1,'printer_offline','{"code":"printer_offline","key":"printer.gone","parameters":{"name":"caja"}}',NULL,'1768000013000 printing
1768000014000 failed printer_offline
',X'',X'',NULL,0,'document','','',NULL,0);
INSERT INTO "jobs" VALUES(6,'was-expired','caja','expired',X'6469676573742D7761732D65787069726564',1768000015000,1768000016000,NULL,1768000000000,0,1,'expired','{"code":"expired","key":"job.expired","parameters":{}}',NULL,'1768000016000 expired expired
',X'',X'',NULL,0,'document','','',NULL,0);
INSERT INTO "jobs" VALUES(7,'was-cancelled','caja','cancelled',X'6469676573742D7761732D63616E63656C6C6564',1768000017000,1768000018000,NULL,NULL,0,1,'cancelled','{"code":"cancelled","key":"job.cancelled","parameters":{}}',NULL,'1768000018000 cancelled cancelled
',X'',X'',NULL,0,'document','','',NULL,0);
INSERT INTO "jobs" VALUES(8,'was-printing','caja','printing',X'6469676573742D7761732D7072696E74696E67',1768000019000,1768000020000,1768000020000,NULL,1,1,NULL,NULL,NULL,'1768000020000 printing
',X'',X'',NULL,0,'document','','',NULL,0);
INSERT INTO "jobs" VALUES(9,'was-queued-1','caja','queued',X'6469676573742D7761732D7175657565642D31',1768000021000,1768000021000,NULL,NULL,0,1,NULL,NULL,NULL,'',X'',X'',NULL,0,'document','','',NULL,0);
INSERT INTO "jobs" VALUES(10,'was-held','caja','held',X'6469676573742D7761732D68656C64',1768000022000,1768000023000,NULL,NULL,0,2,'held','{"code":"held","key":"job.held","parameters":{}}','was-sent','1768000023000 held held
',X'',X'',NULL,0,'document','','0123456789abcdef',NULL,1);
CREATE TABLE outbox (
        n    INTEGER PRIMARY KEY AUTOINCREMENT,             -- the order of the changes; no number comes twice
        mark TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),  -- by which its receiver knows it; cannot be guessed
        job  BLOB NOT NULL                                  -- JSON: the job as it stood after the change
    );
CREATE TABLE tickets (
        seq      INTEGER PRIMARY KEY,                       -- the job's
        document BLOB NOT NULL,                             -- canonical JSON
        data     BLOB NOT NULL                              -- the printer's bytes, last because they may be long
    , further BLOB);
INSERT INTO "tickets" VALUES(1,X'7B22636F6D6D616E6473223A5B5D7D',X'1B407761732D7175657565642D320A',NULL);
INSERT INTO "tickets" VALUES(2,X'7B22636F6D6D616E6473223A5B5D7D',X'1B407761732D73656E740A',NULL);
INSERT INTO "tickets" VALUES(3,X'7B22636F6D6D616E6473223A5B5D7D',X'1B407761732D636F6E6669726D65640A',NULL);
INSERT INTO "tickets" VALUES(4,X'7B22636F6D6D616E6473223A5B5D7D',X'1B407761732D73706F6F6C65640A',NULL);
INSERT INTO "tickets" VALUES(5,X'7B22636F6D6D616E6473223A5B5D7D',X'1B407761732D6661696C65640A',NULL);
INSERT INTO "tickets" VALUES(6,X'7B22636F6D6D616E6473223A5B5D7D',X'1B407761732D657870697265640A',NULL);
INSERT INTO "tickets" VALUES(7,X'7B22636F6D6D616E6473223A5B5D7D',X'1B407761732D63616E63656C6C65640A',NULL);
INSERT INTO "tickets" VALUES(8,X'7B22636F6D6D616E6473223A5B5D7D',X'1B407761732D7072696E74696E670A',NULL);
INSERT INTO "tickets" VALUES(9,X'7B22636F6D6D616E6473223A5B5D7D',X'1B407761732D7175657565642D310A',NULL);
INSERT INTO "tickets" VALUES(10,X'7B22636F6D6D616E6473223A5B5D7D',X'1B407761732D68656C640A',X'');
CREATE TABLE unfinished (
        seq      INTEGER PRIMARY KEY                        -- a job that is queued, printing or held
    );
INSERT INTO "unfinished" VALUES(1);
INSERT INTO "unfinished" VALUES(8);
INSERT INTO "unfinished" VALUES(9);
INSERT INTO "unfinished" VALUES(10);
DELETE FROM "sqlite_sequence";
COMMIT;
PRAGMA user_version = 7;
