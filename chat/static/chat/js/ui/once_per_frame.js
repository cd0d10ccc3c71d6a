/**
 * Wraps `work` so that many calls in a row run it once, with the next frame; in a hidden page, which has no frames, soon. When calls keep
 * coming faster than anyone can follow, it runs a few times a second: drawing each message of a flood on its own takes most of a core.
 */
const HIDDEN_DELAY = 200; // ms
const PER_SECOND = 8;
const BURST = 10; // runs that need not wait

export function oncePerFrame(work) {
  const pace = new Pace({ perSecond: PER_SECOND, burst: BURST });
  let scheduled = false;
  const run = () => {
    scheduled = false;
    work();
  };
  const schedule = () =>
    document.hidden ? setTimeout(run, HIDDEN_DELAY) : requestAnimationFrame(run);
  return () => {
    if (scheduled) return;
    scheduled = true;
    const delay = pace.take(performance.now());
    if (delay > 0) setTimeout(schedule, delay);
    else schedule();
  };
}

/** A token bucket: `burst` times in a row at no delay, and from then on `perSecond` times a second. Pure. */
export class Pace {
  #perSecond;
  #burst;
  #credit;
  #at = 0;

  constructor({ perSecond, burst }) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#credit = burst;
  }

  /** Take one; returns how many ms after `now` (ms) it is due. Call again once that has passed. */
  take(now) {
    this.#credit =
      Math.min(this.#burst, this.#credit + ((now - this.#at) * this.#perSecond) / 1_000) - 1;
    this.#at = now;
    return Math.max(0, (-this.#credit * 1_000) / this.#perSecond);
  }
}
