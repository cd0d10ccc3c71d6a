"""Who has written in the rooms so far.

Not part of 0005: on PostgreSQL that one locks the table of messages until its transaction ends, and
this one reads all of it.
"""

from django.db import migrations

# Those who have written so far. `since` is when: that they entered earlier is not known.
MEMBERS = """
    INSERT INTO chat_member (room_id, author_id, since, written, network, seen_at)
    SELECT room_id, author_id, min(posted_at), count(*), '', max(posted_at) FROM chat_message
    WHERE deleted_at IS NULL GROUP BY room_id, author_id
    ON CONFLICT DO NOTHING
"""
# Processes read the moderation of rooms with a version only: the members may be regulars.
VERSIONS = """
    UPDATE chat_room SET moderation_version = moderation_version + 1
    WHERE id IN (SELECT room_id FROM chat_member)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0005_moderation"),
    ]

    operations = [
        migrations.RunSQL(MEMBERS, migrations.RunSQL.noop),
        migrations.RunSQL(VERSIONS, migrations.RunSQL.noop),
    ]
