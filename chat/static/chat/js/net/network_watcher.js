/** Tells when the network or the page may have come back from somewhere: `wake` on the returned target. */

const TICK = 1_000; // ms; not every system says "online" when it wakes, and people expect to be back in two seconds
const ASLEEP = 5_000; // ms; ticks further apart than this mean that the machine slept

export class NetworkWatcher extends EventTarget {
  #tickedAt = Date.now();

  constructor() {
    super();
    addEventListener("online", this.#wake);
    addEventListener("offline", this.#wake);
    addEventListener("pageshow", (event) => {
      if (event.persisted) this.#wake();
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#wake();
    });
    setInterval(this.#tick, TICK);
  }

  #tick = () => {
    const slept = Date.now() - this.#tickedAt > ASLEEP;
    this.#tickedAt = Date.now();
    if (slept && !document.hidden) this.#wake(); // hidden pages tick seldom without ever having slept
  };

  #wake = () => {
    this.dispatchEvent(new CustomEvent("wake"));
  };
}
