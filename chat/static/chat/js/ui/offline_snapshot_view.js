/**
 * Keeps the room's latest messages for a visit without a server, and shows them, and how old they are, while none answers. Fires
 * `shown` with the greeting that was kept with them.
 */
import { gettext, interpolate } from "../i18n.js";
import { moment } from "../times.js";

const PATIENCE = 4_000; // ms that the server's first answer may take

export class OfflineSnapshotView extends EventTarget {
  #note;
  #scroll;
  #snapshots;
  #conversation;
  #connection;
  #newest;

  /** `newest()` is the seq of the latest message that the server wrote into the page. */
  constructor({ note, scroll, snapshots, conversation, connection, newest }) {
    super();
    this.#newest = newest;
    this.#note = note;
    this.#scroll = scroll;
    this.#snapshots = snapshots;
    this.#conversation = conversation;
    this.#connection = connection;
    connection.addEventListener("state", ({ detail }) => detail.name === "waiting" && this.#show());
    connection.addEventListener("welcome", () => this.#tell(""));
    conversation.addEventListener(
      "change",
      () => connection.connected && snapshots.keep(() => conversation.snapshot),
    );
    setTimeout(() => this.#show(), PATIENCE);
  }

  async #show() {
    if (this.#conversation.ready) return;
    const kept = await this.#snapshots.load();
    if (!kept || this.#conversation.ready || this.#newest() > kept.timeline.end) return;
    this.#conversation.restore(kept);
    this.#tell(
      interpolate(gettext("Messages as of %(time)s"), { time: moment(new Date(kept.kept_at)) }),
    );
    this.dispatchEvent(new CustomEvent("shown", { detail: kept.greeting }));
    if (this.#connection.state.name === "connecting") this.#connection.wake(); // anew, from where these messages end
  }

  #tell(words) {
    if (this.#note.textContent === words) return;
    this.#scroll.keep(() => {
      this.#note.textContent = words;
      this.#note.hidden = words === "";
    });
  }
}
