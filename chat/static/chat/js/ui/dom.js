/** Helpers for elements: hiding, templates, dialogs, painting once per frame. */

/** Hide or remove `element`, and move the focus to the conversation so that it is never lost. */
export function hide(element, { remove = false } = {}) {
  if (element.contains(document.activeElement)) {
    document.querySelector("[data-stream]").focus({ preventScroll: true });
  }
  if (remove) element.remove();
  else element.hidden = true;
}

/** Let a click on its backdrop close `dialog`. */
export function closeOnBackdrop(dialog) {
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
}

/** A new element from the page's `<template data-template="...">`. */
export function fromTemplate(name) {
  const template = document.querySelector(`template[data-template="${name}"]`);
  return template.content.firstElementChild.cloneNode(true);
}

/** The descendants of an element that have a `data-part`, by that name. */
export function partsOf(element) {
  return Object.fromEntries(
    [...element.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]),
  );
}

/** Load something when it is first needed; null if that fails, and then the next time again. */
export function once(load) {
  let loading = null;
  return () => {
    loading ??= load().catch(() => {
      loading = null;
      return null;
    });
    return loading;
  };
}

const HIDDEN_DELAY = 200; // ms
const PER_SECOND = 8;
const BURST = 10; // runs without a delay

/**
 * Wrap `work` so that many calls run it once, with the next frame, or soon in a hidden page, which
 * has no frames. While calls keep coming it runs a few times a second: drawing each message of a
 * flood separately takes most of a core.
 */
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

/** A token bucket: `burst` times without a delay, then `perSecond` times a second. */
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

  /** Take a token; returns the ms to wait from `now` (ms) before using it. */
  take(now) {
    this.#credit =
      Math.min(this.#burst, this.#credit + ((now - this.#at) * this.#perSecond) / 1_000) - 1;
    this.#at = now;
    return Math.max(0, (-this.#credit * 1_000) / this.#perSecond);
  }
}
