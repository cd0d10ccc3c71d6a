-- A SQLite database as version 1.0.0 made it, with a few rows.
BEGIN TRANSACTION;
CREATE TABLE "chat_message" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "seq" bigint NOT NULL, "changed_seq" bigint NOT NULL, "author_id" varchar(32) NOT NULL, "author_name" varchar(32) NOT NULL, "client_message_id" char(32) NOT NULL, "body" text NOT NULL, "posted_at" datetime NOT NULL, "room_id" bigint NOT NULL REFERENCES "chat_room" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "message_once_per_seq" UNIQUE ("room_id", "seq"), CONSTRAINT "message_once_per_client_id" UNIQUE ("room_id", "client_message_id", "author_id"));
INSERT INTO "chat_message" VALUES(1,1,1,'a11ce','Alice','0190a3c45d6e4f708a1b2c3d4e5f6071','Hello from 1.0.0','2026-11-22 20:02:00.123456',1);
INSERT INTO "chat_message" VALUES(2,1,1,'b0b','Bob','0190a3c45d6e4f708a1b2c3d4e5f6072','Up here','2026-11-22 20:03:00',2);
INSERT INTO "chat_message" VALUES(3,2,2,'b0b','Bob','0190a3c45d6e4f708a1b2c3d4e5f6073','Zoë 🦉','2026-11-22 20:04:00',1);
CREATE TABLE "chat_room" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "slug" varchar(64) NOT NULL UNIQUE, "title" varchar(80) NOT NULL, "head" bigint NOT NULL, "epoch" varchar(32) NOT NULL, "created_at" datetime NOT NULL);
INSERT INTO "chat_room" VALUES(1,'lobby','',2,'first-epoch','2026-11-22 20:00:00');
INSERT INTO "chat_room" VALUES(2,'attic','The attic',1,'attic-epoch','2026-11-22 20:01:00');
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
INSERT INTO "django_migrations" VALUES(1,'chat','0001_initial','2026-11-23 00:19:32.892148');
CREATE INDEX "message_changed_after" ON "chat_message" ("room_id", "changed_seq");
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('django_migrations',1);
INSERT INTO "sqlite_sequence" VALUES('chat_room',2);
INSERT INTO "sqlite_sequence" VALUES('chat_message',3);
COMMIT;
