/** Which rooms the list shows, in which order, and what is unread in each. Pure. */

/**
 * `told` is what the server says of rooms, `recent` those this browser was in, `positionOf(slug)` how far it has read there: {epoch, seq} or null, `here` how many people are in the current room, where that is known.
 * The lobby comes first, then the room where somebody spoke last.
 */
export function orderedRooms({ told, recent, current, lobby, positionOf, here }) {
  const rooms = new Map(recent.map((room) => [room.slug, { ...room, is_listed: false }]));
  for (const room of told) {
    if (room.is_listed || rooms.has(room.slug))
      rooms.set(room.slug, { ...rooms.get(room.slug), ...room });
  }
  return [...rooms.values()]
    .map((room) => {
      if (room.slug === current)
        return { ...room, current: true, unread: 0, people: here ?? room.people };
      return { ...room, current: false, unread: unreadIn(room, positionOf(room.slug)) };
    })
    .sort(
      (a, b) =>
        (b.slug === lobby) - (a.slug === lobby) ||
        spokenAt(b) - spokenAt(a) ||
        (b.visited_at ?? 0) - (a.visited_at ?? 0),
    );
}

/** Nothing is unread where the reader has never read, or reads another log. */
function unreadIn({ epoch, last_seq }, place) {
  return place && place.epoch === epoch ? Math.max(0, last_seq - place.seq) : 0;
}

function spokenAt({ last_posted_at }) {
  return last_posted_at ? Date.parse(last_posted_at) : 0;
}
