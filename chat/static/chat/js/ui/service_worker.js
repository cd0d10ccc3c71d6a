/** The page as the service worker keeps it. Everything works without a worker: on plain http and in private windows there is none. */
const RELOADED = "reloaded for"; // in sessionStorage
const LATE = 2_500; // ms; a page that the server gave us is connected before that

export class ServiceWorkerSetup {
  #url;
  #root;
  #build;
  #connected = false;

  /** `build` is the server's when it made this page, or null when nothing of it may be kept. */
  constructor({ url, root, build }) {
    this.#url = url;
    this.#root = root;
    this.#build = build;
  }

  /** Let the worker keep the page, once it has all it needs itself. */
  install() {
    if (!navigator.serviceWorker) return;
    if (document.readyState === "complete") this.#register();
    else addEventListener("load", () => this.#register(), { once: true });
  }

  /** Call at each welcome. A page that was opened without the server may be older than what the server has now. */
  connected() {
    const late = !this.#connected && performance.now() > LATE;
    this.#connected = true;
    if (late && navigator.serviceWorker?.controller) this.#renew();
  }

  async #renew() {
    try {
      const response = await fetch(this.#url, { cache: "no-store" });
      if (!response.ok || (await response.text()).includes(this.#build)) return;
      if (sessionStorage.getItem(RELOADED) === this.#build) return; // servers may differ for a while: once is enough
      sessionStorage.setItem(RELOADED, this.#build);
    } catch {
      return;
    }
    location.reload();
  }

  async #register() {
    try {
      if (this.#build) await navigator.serviceWorker.register(this.#url, { scope: this.#root });
      else await (await navigator.serviceWorker.getRegistration(this.#root))?.unregister(); // of a time with hashed files
    } catch {
      // The browser keeps nothing here.
    }
  }
}
