"""Edits, deletions, replies and reactions.

The columns are added by hand, one statement each: Django would copy SQLite's table of messages
once per column and constraint, while nobody can post. These take no longer than reading the table
once. The previous release can serve meanwhile and afterwards: it writes none of the columns.
"""

from django.db import migrations, models

COLUMNS = """
    ALTER TABLE chat_message ADD COLUMN reply_to_seq bigint NULL
        CONSTRAINT message_reply_to_earlier CHECK (reply_to_seq < seq);
    ALTER TABLE chat_message ADD COLUMN edited_at {moment} NULL;
    ALTER TABLE chat_message ADD COLUMN deleted_at {moment} NULL
        CONSTRAINT message_deleted_is_empty CHECK (deleted_at IS NULL OR body = '');
    ALTER TABLE chat_message ADD COLUMN reactions text NOT NULL DEFAULT '';
"""
MOMENT = {"postgresql": "timestamp with time zone", "sqlite": "datetime"}


def add_columns(apps, schema_editor):
    columns = COLUMNS.format(moment=MOMENT[schema_editor.connection.vendor])
    for statement in filter(str.strip, columns.split(";")):
        schema_editor.execute(statement)


def drop_columns(apps, schema_editor):
    """The other way round: SQLite cannot drop a column that a constraint of another one names."""
    Message = apps.get_model("chat", "Message")
    for name in ("reactions", "deleted_at", "edited_at", "reply_to_seq"):
        schema_editor.execute(f"ALTER TABLE {Message._meta.db_table} DROP COLUMN {name}")


def delete_reactions_in_the_database(apps, schema_editor):
    """Make the tables that this migration creates from here on delete their rows with the ones
    that they refer to. Django would do that itself, but the previous release knows no reactions,
    and could not prune a message that has some."""
    for name in ("sql_create_inline_fk", "sql_create_fk"):
        if sql := getattr(schema_editor, name):
            target = "(%(to_column)s)"
            setattr(schema_editor, name, sql.replace(target, f"{target} ON DELETE CASCADE"))


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0003_idempotency_key_per_room"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(add_columns, drop_columns)],
            state_operations=[
                migrations.AddField(
                    "message", "reply_to_seq", models.BigIntegerField(blank=True, null=True)
                ),
                migrations.AddField(
                    "message", "edited_at", models.DateTimeField(blank=True, null=True)
                ),
                migrations.AddField(
                    "message", "deleted_at", models.DateTimeField(blank=True, null=True)
                ),
                migrations.AddField(
                    "message",
                    "reactions",
                    models.TextField(blank=True, db_default="", default=""),
                ),
                migrations.AddConstraint(
                    "message",
                    models.CheckConstraint(
                        condition=models.Q(reply_to_seq__lt=models.F("seq")),
                        name="message_reply_to_earlier",
                    ),
                ),
                migrations.AddConstraint(
                    "message",
                    models.CheckConstraint(
                        condition=models.Q(deleted_at=None) | models.Q(body=""),
                        name="message_deleted_is_empty",
                    ),
                ),
            ],
        ),
        migrations.RunPython(delete_reactions_in_the_database, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Reaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.DO_NOTHING,
                        related_name="+",
                        to="chat.message",
                    ),
                ),
                ("emoji", models.CharField(max_length=32)),
                ("author_id", models.CharField(max_length=32)),
                ("author_name", models.CharField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("message", "emoji", "author_id"), name="reaction_once_per_author"
                    )
                ],
            },
        ),
    ]
