/** How long to wait before the next attempt: exponential with full jitter, so that a thousand browsers never come back together. */
export class Backoff {
  #first;
  #last;
  #random;
  #failures = 0;

  constructor({ first = 1_000, last = 15_000, random = Math.random } = {}) {
    this.#first = first;
    this.#last = last;
    this.#random = random;
  }

  /** Milliseconds; each call without a reset() between widens the range. */
  next() {
    const ceiling = Math.min(this.#last, this.#first * 2 ** this.#failures);
    this.#failures += 1;
    return Math.round(this.#random() * ceiling);
  }

  reset() {
    this.#failures = 0;
  }
}
