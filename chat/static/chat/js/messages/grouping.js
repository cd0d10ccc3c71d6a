/**
 * Grouping of messages by day, author and minute. Pure. Items are messages of the timeline, then
 * those of the outbox, which have no `seq` yet.
 */
import { dayKey, minuteKey } from "../i18n.js";

export const NEW = "new"; // the key of the "New" line
const PAUSE = 10 * 60_000; // ms after which an author's name is shown again
const UNFOLDED = { folded: [], mixed: false };

/**
 * The rows to draw: {kind: "day", key, date}, {kind: "new", key: NEW} and
 * {kind: "message", key, item, introduced, timed, folded, mixed}. `newFrom` is the first new item.
 * Items that are hidden, `hides(item)`, are rows {kind: "hidden", key, item, folded}, with those of
 * the same author that follow.
 * Deleted messages in a row are one row, whose `folded` are those after `item`; if they are not all
 * of one author, it is `mixed` and introduces nobody.
 */
export function groupMessages(items, { newFrom, hides = () => false } = {}) {
  const rows = [];
  let previous = null;
  for (const item of items) {
    const current = { item, date: new Date(item.posted_at) };
    const newDay = !previous || dayKey(previous.date) !== dayKey(current.date);
    const sameGroup = !newDay && item !== newFrom;
    const last = rows.at(-1);
    const isHidden = hides(item);
    const folds = isHidden
      ? last?.kind === "hidden" && last.item.author_id === item.author_id
      : last?.kind === "message" && previous.item.deleted_at && item.deleted_at;
    if (sameGroup && folds) {
      fold(last, item);
      previous = current;
      continue;
    }
    const introduced =
      !sameGroup ||
      last.kind === "hidden" ||
      last.mixed ||
      !sameAuthor(previous.item, item) ||
      current.date - previous.date > PAUSE;

    if (newDay) rows.push({ kind: "day", key: `day before ${keyOf(item)}`, date: current.date });
    else if (
      !introduced &&
      !isHidden &&
      isSent(item) &&
      minuteKey(previous.date) === minuteKey(current.date)
    )
      last.timed = false;
    if (item === newFrom) rows.push({ kind: "new", key: NEW });
    if (isHidden) rows.push({ kind: "hidden", key: `hidden ${keyOf(item)}`, item, folded: [] });
    else
      rows.push({ kind: "message", key: keyOf(item), item, introduced, timed: true, ...UNFOLDED });
    previous = current;
  }
  return rows;
}

function fold(row, item) {
  row.folded = [...row.folded, item];
  row.mixed ||= !sameAuthor(row.item, item);
  row.introduced &&= !row.mixed;
}

/** The same while a message waits, is sent and arrives, so that it keeps its element. */
export function keyOf({ author_id, client_message_id }) {
  return `${author_id} ${client_message_id}`;
}

function isSent({ state }) {
  return state === undefined || state === "sent";
}

function sameAuthor(a, b) {
  return a.author_id === b.author_id && a.author_name === b.author_name;
}
