/** The rules of a room as sentences. Pure. */
import { gettext, interpolate, ngettext } from "../i18n.js";

/** The pauses that slow mode offers, in seconds. */
export const PAUSES = [0, 5, 10, 30, 60, 5 * 60, 15 * 60, 3600, 6 * 3600];

/** "30 seconds", "5 minutes" or "1 hour". */
export function duration(seconds) {
  if (seconds >= 3600 && seconds % 3600 === 0)
    return counted(seconds / 3600, (hours) => ngettext("%(count)s hour", "%(count)s hours", hours));
  if (seconds >= 60 && seconds % 60 === 0)
    return counted(seconds / 60, (minutes) =>
      ngettext("%(count)s minute", "%(count)s minutes", minutes),
    );
  return counted(seconds, (count) => ngettext("%(count)s second", "%(count)s seconds", count));
}

function counted(count, textFor) {
  return interpolate(textFor(count), { count });
}

/** A sentence for each rule: what it means as it is set. */
const SENTENCES = {
  slow_seconds: (seconds) =>
    seconds === 0
      ? gettext("Slow mode is off.")
      : interpolate(gettext("Slow mode: %(time)s between two messages of a person."), {
          time: duration(seconds),
        }),
  writers: (writers) =>
    ({
      everybody: gettext("Everybody can write."),
      regulars: gettext("Only regulars can write."),
      moderators: gettext("Only moderators can write."),
    })[writers],
  hold: (hold) =>
    ({
      nobody: gettext("Messages appear without approval."),
      newcomers: gettext("A moderator approves the messages of newcomers."),
      everybody: gettext("A moderator approves every message."),
    })[hold],
  hold_links: (isOn) =>
    isOn
      ? gettext("A moderator approves newcomers' messages with links.")
      : gettext("Newcomers can post links."),
  keep_pins: (isOn) =>
    isOn
      ? gettext("Pinned messages are kept when old messages are deleted.")
      : gettext("Old messages are deleted even if they are pinned."),
};

/** What has changed between two sets of rules: a sentence for each rule that has. */
export function changedRules(before, after) {
  return Object.entries(SENTENCES)
    .filter(([name]) => before[name] !== after[name])
    .map(([name, sentence]) => sentence(after[name]))
    .filter(Boolean); // a value that only a newer server has
}
