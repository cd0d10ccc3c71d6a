"""Moderation: roles, rules, acts, and what waits for a moderator.

Columns are added by hand, as in 0004. The previous release can serve meanwhile and afterwards: it
writes none of the columns and knows none of the tables, whose rows the database deletes by itself
with the messages and rooms that they refer to.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

COLUMNS = """
    ALTER TABLE chat_message ADD COLUMN removed {boolean};
    ALTER TABLE chat_room ADD COLUMN moderation_version bigint NOT NULL DEFAULT 0;
    ALTER TABLE chat_room ADD COLUMN rules text NOT NULL DEFAULT '';
    ALTER TABLE chat_room ADD COLUMN key_hash varchar(64) NOT NULL DEFAULT '';
    ALTER TABLE chat_room ADD COLUMN raid_until {moment} NULL;
"""
TYPES = {
    "postgresql": {
        "moment": "timestamp with time zone",
        "boolean": "boolean NOT NULL DEFAULT false",
    },
    "sqlite": {"moment": "datetime", "boolean": "bool NOT NULL DEFAULT 0"},
}


def add_columns(apps, schema_editor):
    columns = COLUMNS.format(**TYPES[schema_editor.connection.vendor])
    for statement in filter(str.strip, columns.split(";")):
        schema_editor.execute(statement)


def drop_columns(apps, schema_editor):
    for column in ("raid_until", "key_hash", "rules", "moderation_version"):
        schema_editor.execute(f"ALTER TABLE chat_room DROP COLUMN {column}")
    schema_editor.execute("ALTER TABLE chat_message DROP COLUMN removed")


def cascade_in_the_database(apps, schema_editor):
    """Make the tables that this migration creates from here on delete their rows with the ones
    that they refer to, as in 0004."""
    for name in ("sql_create_inline_fk", "sql_create_fk"):
        if sql := getattr(schema_editor, name):
            target = "(%(to_column)s)"
            setattr(schema_editor, name, sql.replace(target, f"{target} ON DELETE CASCADE"))


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0004_changes_to_messages"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(add_columns, drop_columns)],
            state_operations=[
                migrations.AddField(
                    model_name="message",
                    name="removed",
                    field=models.BooleanField(db_default=False, default=False),
                ),
                migrations.AddField(
                    model_name="room",
                    name="key_hash",
                    field=models.CharField(blank=True, db_default="", default="", max_length=64),
                ),
                migrations.AddField(
                    model_name="room",
                    name="moderation_version",
                    field=models.BigIntegerField(db_default=0, default=0),
                ),
                migrations.AddField(
                    model_name="room",
                    name="raid_until",
                    field=models.DateTimeField(blank=True, null=True),
                ),
                migrations.AddField(
                    model_name="room",
                    name="rules",
                    field=models.TextField(blank=True, db_default="", default=""),
                ),
            ],
        ),
        migrations.RunPython(cascade_in_the_database, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Role",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("author_id", models.CharField(max_length=32)),
                ("name", models.CharField(max_length=32)),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "Owner"), ("moderator", "Moderator")], max_length=16
                    ),
                ),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="roles",
                        to="chat.room",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Act",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField()),
                ("kind", models.CharField(max_length=16)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by_id", models.CharField(blank=True, max_length=32)),
                ("by_name", models.CharField(blank=True, max_length=32)),
                ("target_id", models.CharField(blank=True, max_length=32)),
                ("target_name", models.CharField(blank=True, max_length=32)),
                ("seq", models.BigIntegerField(blank=True, null=True)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("network", models.CharField(blank=True, max_length=32)),
                ("detail", models.TextField(blank=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone_by_id", models.CharField(blank=True, max_length=32)),
                ("undone_by_name", models.CharField(blank=True, max_length=32)),
                ("first", models.BigIntegerField(blank=True, null=True)),
                ("last", models.BigIntegerField(blank=True, null=True)),
                ("swept_seq", models.BigIntegerField(blank=True, null=True)),
                ("restored_seq", models.BigIntegerField(blank=True, null=True)),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="acts",
                        to="chat.room",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RemovedText",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="chat.message",
                    ),
                ),
                ("body", models.TextField()),
                ("removed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "act",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="chat.act",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HeldMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("client_message_id", models.UUIDField()),
                ("author_id", models.CharField(max_length=32)),
                ("author_name", models.CharField(max_length=32)),
                ("body", models.TextField(blank=True)),
                ("reply_to_seq", models.BigIntegerField(blank=True, null=True)),
                ("held_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("declined_at", models.DateTimeField(blank=True, null=True)),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="held",
                        to="chat.room",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("author_id", models.CharField(max_length=32)),
                ("author_name", models.CharField(max_length=32)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("settled_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="reports",
                        to="chat.message",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pin",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="pin",
                        serialize=False,
                        to="chat.message",
                    ),
                ),
                ("pinned_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("author_id", models.CharField(max_length=32)),
                ("since", models.DateTimeField()),
                ("written", models.IntegerField(default=0)),
                ("written_at", models.DateTimeField(blank=True, null=True)),
                ("network", models.CharField(blank=True, max_length=32)),
                ("seen_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="members",
                        to="chat.room",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(fields=["room", "id"], name="act_log"),
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(fields=["room", "kind", "undone_at"], name="act_in_force"),
        ),
        migrations.AddConstraint(
            model_name="act",
            constraint=models.UniqueConstraint(fields=("room", "key"), name="act_once_per_key"),
        ),
        migrations.AddConstraint(
            model_name="heldmessage",
            constraint=models.UniqueConstraint(
                fields=("room", "client_message_id"), name="held_once_per_idempotency_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                fields=("room", "author_id"), name="member_once_per_author"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                fields=("message", "author_id"), name="report_once_per_author"
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.UniqueConstraint(
                fields=("room", "author_id"), name="role_once_per_author"
            ),
        ),
    ]
