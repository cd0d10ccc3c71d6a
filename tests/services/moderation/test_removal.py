"""Removing a message and everything of a person, and restoring them while that is possible."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import Act, Member, Message, Pin, Reaction, RemovedText, Room
from chat.protocol.errors import Deleted, NotFound, NotYours, TooLate
from chat.services.messages import write_log
from chat.services.moderation.erasing import erase_outdated
from chat.services.moderation.state import load_moderation
from chat.services.writes import Delete, Edit, React
from tests.moderators import MO, OLIVIA, pin, remove, sweep, undo
from tests.posts import post, posts

pytestmark = pytest.mark.django_db

ELEVEN_MINUTES = timedelta(minutes=11)


def react(seq, author="bob", emoji="👍"):
    write_log([React("lobby", author, author.capitalize(), seq, emoji, on=True)])


def bodies(**filters):
    return list(Message.objects.filter(**filters).order_by("seq").values_list("body", flat=True))


def age(moment=ELEVEN_MINUTES):
    """Let everything that was removed have been removed so long ago."""
    then = timezone.now() - moment
    Act.objects.filter(kind__in=["remove", "sweep"]).update(at=then)
    RemovedText.objects.update(removed_at=then)


def age_messages(upto, hours=2):
    then = timezone.now() - timedelta(hours=hours)
    Message.objects.filter(seq__lte=upto).update(posted_at=then)


def head():
    return Room.objects.get(slug="lobby").head


@pytest.fixture
def written(lobby):
    """Three messages of mallory, the second of which has reactions, and one of alice."""
    write_log([*posts(3, author="mallory"), post("Hello")])
    react(2)
    react(2, "alice", "🦉")


def test_a_removed_message_is_a_deleted_one_with_a_new_number_and_says_who_did_it(written):
    before = head()

    act_id = remove(MO, 2)

    message = Message.objects.get(seq=2)
    assert (message.body, message.reactions) == ("", "")
    assert message.deleted_at
    assert message.as_frame().removed
    assert message.changed_seq == head() == before + 1
    entry = Act.objects.get(key=act_id)
    assert (entry.target_id, entry.target_name, entry.seq) == ("mallory", "Mallory", 2)


def test_a_restored_message_is_what_it_was_but_for_its_number(written):
    before = Message.objects.get(seq=2)
    assert before.reactions
    act_id = remove(MO, 2)

    undo(MO, act_id)

    message = Message.objects.get(seq=2)
    assert message.changed_seq == head() == before.changed_seq + 2
    for name in ("body", "reactions", "deleted_at", "removed", "edited_at", "posted_at"):
        assert getattr(message, name) == getattr(before, name)
    assert not RemovedText.objects.exists()


def test_a_message_that_is_gone_cannot_be_removed_again(written):
    write_log([Delete("lobby", "mallory", 1)])
    remove(MO, 2)

    for seq in (1, 2):
        with pytest.raises(Deleted):
            remove(OLIVIA, seq)

    assert Act.objects.filter(kind="remove").count() == 1


@pytest.mark.parametrize("act", [lambda: remove(MO, 2), lambda: sweep(MO, "mallory")])
def test_after_ten_minutes_it_is_too_late_even_before_the_text_is_erased(written, act):
    act_id = act()
    age()
    assert RemovedText.objects.exists()

    with pytest.raises(TooLate):
        undo(MO, act_id)

    assert Message.objects.get(seq=2).removed


@pytest.mark.parametrize("act", [lambda: remove(MO, 2), lambda: sweep(MO, "mallory")])
def test_the_text_and_the_reactions_are_erased_after_ten_minutes_and_not_before(written, act):
    act()
    erase_outdated(timezone.now() + timedelta(minutes=9))
    assert RemovedText.objects.filter(message__seq=2).exists()
    assert Reaction.objects.filter(message__seq=2).count() == 2

    erase_outdated(timezone.now() + ELEVEN_MINUTES)

    assert not RemovedText.objects.exists()
    assert not Reaction.objects.exists()


def test_its_author_cannot_edit_a_removed_message_and_nobody_can_react(written):
    remove(MO, 2)

    (edited, reacted) = write_log(
        [
            Edit("lobby", "mallory", 2, "Again"),
            React("lobby", "bob", "Bob", 2, "🦉", on=True),
        ]
    )

    assert isinstance(edited, Deleted)
    assert isinstance(reacted, Deleted)


@pytest.mark.parametrize("act", [lambda: remove(MO, 2), lambda: sweep(MO, "mallory")])
def test_a_reaction_that_comes_too_late_takes_no_others_from_a_message_to_restore(written, act):
    before = Message.objects.get(seq=2).reactions
    act_id = act()

    react(2, "carol")
    undo(MO, act_id)

    assert Message.objects.get(seq=2).reactions == before
    assert Reaction.objects.filter(message__seq=2).count() == 2


def test_what_its_author_deletes_after_it_was_removed_cannot_be_restored(written):
    act_id, others = remove(MO, 1), sweep(MO, "mallory")
    before = head()

    assert write_log([Delete("lobby", "mallory", 1)]) == [Message.objects.get(seq=1).changed_seq]
    assert head() == before, "nobody sees a difference"
    write_log([Delete("lobby", "mallory", 3)])
    with pytest.raises(TooLate):
        undo(MO, act_id)
    undo(MO, others)

    assert bodies(author_id="mallory") == ["", "2", ""]
    assert not Reaction.objects.filter(message__seq=1).exists()


def test_what_the_previous_release_deletes_cannot_be_restored(written):
    act_id = remove(MO, 2)
    Message.objects.filter(seq=2).delete()

    with pytest.raises(TooLate):
        undo(MO, act_id)


def test_nobody_else_can_erase_the_text_of_a_removed_message(written):
    act_id = remove(MO, 1)

    assert isinstance(write_log([Delete("lobby", "bob", 1)])[0], NotYours)

    undo(MO, act_id)
    assert bodies(seq=1) == ["1"]


def test_a_pinned_message_is_no_pin_while_it_is_removed(written):
    pin(MO, 2)
    act_id = remove(MO, 2)
    assert load_moderation("lobby").pins == ()

    undo(MO, act_id)

    assert load_moderation("lobby").pins == (2,)


def test_a_pinned_message_that_its_author_deletes_is_no_pin_any_more(written):
    pin(MO, 2)
    before = load_moderation("lobby").version

    write_log([Delete("lobby", "mallory", 1)])
    assert load_moderation("lobby").version == before
    write_log([Delete("lobby", "mallory", 2)])

    assert not Pin.objects.exists()
    assert load_moderation("lobby").version == before + 1


def test_everything_that_somebody_wrote_in_the_last_hour_goes_with_one_number(written):
    write_log([*posts(2, author="mallory"), post("Bye")])
    age_messages(upto=1)
    write_log([Delete("lobby", "mallory", 3)])
    before = head()
    numbers = dict(Message.objects.values_list("seq", "changed_seq"))

    act_id = sweep(MO, "mallory")

    assert bodies() == ["1", "", "", "Hello", "", "", "Bye"]
    assert list(Message.objects.filter(removed=True).values_list("seq", flat=True)) == [2, 7, 8]
    assert head() == before + 1
    assert dict(Message.objects.values_list("seq", "changed_seq")) == numbers
    entry = Act.objects.get(key=act_id)
    assert (entry.first, entry.last, entry.swept_seq) == (2, 8, before + 1)
    assert (entry.target_id, entry.target_name) == ("mallory", "Mallory")


def test_undoing_a_sweep_restores_what_it_removed_and_nothing_else(written):
    remove(MO, 1)
    write_log([Delete("lobby", "mallory", 3)])
    before = Message.objects.get(seq=2)
    assert before.reactions
    act_id = sweep(MO, "mallory")
    swept = head()

    undo(OLIVIA, act_id)

    assert bodies(author_id="mallory") == ["", "2", ""]
    message = Message.objects.get(seq=2)
    assert message.as_frame() == before.as_frame()
    assert Act.objects.get(key=act_id).restored_seq == head() == swept + 1
    assert RemovedText.objects.count() == 1, "the first one's"


def test_a_message_with_a_wrong_time_in_the_middle_of_a_sweep_goes_too(written):
    """A client removes everything of that person in the range of the sweep."""
    Message.objects.filter(seq=2).update(posted_at=timezone.now() - timedelta(hours=2))

    entry = Act.objects.get(key=sweep(MO, "mallory"))

    removed = set(Message.objects.filter(removed=True).values_list("seq", flat=True))
    shown = Message.objects.filter(author_id="mallory", deleted_at=None)
    assert removed
    assert not shown.filter(seq__range=(entry.first, entry.last)).exists()


def test_there_is_nothing_to_remove_of_somebody_who_wrote_nothing_in_the_last_hour(written):
    age_messages(upto=4)

    for author in ("mallory", "nobody"):
        with pytest.raises(NotFound):
            sweep(MO, author)


def test_what_was_removed_counts_no_more_and_what_was_restored_does_again(written):
    def written():
        return Member.objects.get(author_id="mallory").written

    one = remove(MO, 1)
    assert written() == -1
    rest = sweep(MO, "mallory")
    assert written() == -3
    undo(MO, one)
    undo(MO, rest)

    assert written() == 0


@pytest.mark.parametrize("count", [5_000])
def test_5000_messages_of_a_flooder_take_as_many_queries_as_five(lobby, count):
    queries = []
    for number, author in ((5, "mallory"), (count, "flooder")):
        for start in range(0, number, 500):
            write_log(posts(min(500, number - start), author=author))
        with CaptureQueriesContext(connection) as seen:
            act_id = sweep(MO, author)
            undo(MO, act_id)
        queries.append(len([each for each in seen if "posted_at" not in each["sql"]]))
        assert not Message.objects.filter(author_id=author, removed=True).exists()
        sweep(MO, author)
        assert Message.objects.filter(author_id=author, body="", removed=True).count() == number

    assert queries[0] == queries[1]
