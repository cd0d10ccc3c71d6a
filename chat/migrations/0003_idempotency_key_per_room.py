"""Make `client_message_id` unique per room. It was unique per room and author.

A database may hold messages of several authors under one id, each acknowledged to somebody. All of
them stay: the later ones get a new id. The previous release serves meanwhile and could store one
more of them between the two steps, so both run in one transaction that lets nobody post. Once it
is committed, the previous release refuses such a message with `not_stored`.
"""

from django.db import migrations, models

NEW_ID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}
RENEW = """
    UPDATE chat_message SET client_message_id = {new_id} WHERE id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER (
                PARTITION BY room_id, client_message_id ORDER BY seq
            ) AS place FROM chat_message
        ) AS numbered WHERE place > 1
    )
"""


def keep_one_per_id(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        # The strongest lock right away: a transaction that has read the table and waits to write
        # would deadlock with one that asks for more later. On SQLite the transaction is IMMEDIATE.
        schema_editor.execute("LOCK TABLE chat_message IN ACCESS EXCLUSIVE MODE")
    else:
        set_cache(schema_editor, kibibytes=65536)
    schema_editor.execute(RENEW.format(new_id=NEW_ID[vendor]))


def set_cache(schema_editor, kibibytes=2000):
    """For this connection; SQLite's own default is 2,000. The new index is built in random order."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"PRAGMA cache_size = -{kibibytes}")


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0002_retention'),
    ]

    operations = [
        migrations.RunPython(keep_one_per_id, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name='message',
            name='message_once_per_client_id',
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('room', 'client_message_id'), name='message_once_per_idempotency_key'),
        ),
        migrations.RunPython(lambda apps, schema_editor: set_cache(schema_editor), migrations.RunPython.noop),
    ]
