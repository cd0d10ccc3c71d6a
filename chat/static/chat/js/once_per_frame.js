/** Wraps `work` so that many calls in a row run it once, with the next frame; in a hidden page, which has no frames, soon. */

const HIDDEN_DELAY = 200; // ms

export function oncePerFrame(work) {
  let scheduled = false;
  const run = () => {
    scheduled = false;
    work();
  };
  return () => {
    if (scheduled) return;
    scheduled = true;
    if (document.hidden) setTimeout(run, HIDDEN_DELAY);
    else requestAnimationFrame(run);
  };
}
