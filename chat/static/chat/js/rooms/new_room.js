/** The form that makes a room by naming it, answered where it stands. Without this module it is answered by a page. */
import { gettext } from "../i18n.js";

export class NewRoom {
  #form;
  #parts;

  /** `parts`: {title, said, taken, enter, name}. */
  constructor({ form, parts }) {
    this.#form = form;
    this.#parts = parts;
    form.addEventListener("submit", this.#submit);
    parts.title.addEventListener("input", () => this.#say(""));
  }

  #submit = async (event) => {
    event.preventDefault();
    this.#say("");
    let answer;
    try {
      const headers = { Accept: "application/json" };
      const response = await fetch(this.#form.action, {
        method: "POST",
        headers,
        body: new FormData(this.#form),
      });
      if (response.status === 403)
        answer = {
          detail: gettext(
            "Your browser did not send its cookie. Allow cookies for this site and load the page again.",
          ),
        };
      else answer = await response.json();
    } catch {
      this.#say(gettext("The server does not answer just now. Try again in a moment."));
      return;
    }
    if (answer.is_new) location.assign(answer.url);
    else if (answer.url) this.#offer(answer);
    else this.#say(answer.detail);
  };

  #say(text) {
    this.#parts.said.textContent = text;
    this.#parts.taken.hidden = true;
    this.#parts.title.setAttribute("aria-invalid", String(text !== ""));
  }

  #offer({ title, url }) {
    this.#say(gettext("That name is taken."));
    this.#parts.name.textContent = title;
    this.#parts.enter.href = url;
    this.#parts.taken.hidden = false;
  }
}
