/** Completing `:names:` in the composer. Loaded with its data at the first colon. */
import { Suggestions } from "../composer/suggestions.js";
import { interpolate, ngettext } from "../i18n.js";
import { fromTemplate, partsOf } from "../ui/dom.js";
import { codeAt, inTone, queryAt } from "./catalog.js";
import { choices, loadCatalog } from "./page_emoji.js";

const MOST = 8; // suggestions

/** Suggests emoji for `:thu`, and replaces `:thumbsup:` when its last colon is typed. */
export class EmojiCompletion {
  #field;
  #catalog = null;
  #suggestions;

  constructor({ field, list, status }) {
    this.#field = field;
    this.#suggestions = new Suggestions({
      field,
      list,
      status,
      source: {
        queryAt,
        find: (query) => this.#catalog?.search(query).slice(0, MOST) ?? [],
        keyOf: ({ emoji }) => emoji,
        optionFor: (item, query) => optionFor(item, query, choices.tone),
        textFor: (item) => `${this.#chosen(item)} `,
        explain,
      },
    });
    field.addEventListener("input", this.#input);
    this.#replace(); // what was typed while this module was loading
  }

  #input = ({ data, inputType, isComposing }) => {
    if (data === ":" && !isComposing) this.#replace();
    if (inputType === "historyUndo") this.#deselect();
  };

  /** Undoing selects the name again, and the next letter would replace it. */
  #deselect() {
    const { value, selectionStart, selectionEnd } = this.#field;
    if (codeAt(value, selectionEnd)?.start === selectionStart)
      this.#field.setSelectionRange(selectionEnd, selectionEnd);
  }

  async #replace() {
    await this.#load();
    const { value, selectionStart, selectionEnd } = this.#field;
    const typed = selectionStart === selectionEnd ? codeAt(value, selectionStart) : null;
    const item = typed && this.#catalog?.itemOfCode(typed.code);
    if (!item || document.activeElement !== this.#field) return;
    this.#field.setSelectionRange(typed.start, selectionEnd);
    // Deprecated, but the only way that the browser can undo.
    document.execCommand("insertText", false, this.#chosen(item));
  }

  async #load() {
    if (this.#catalog) return;
    try {
      this.#catalog = await loadCatalog();
      this.#suggestions.update();
    } catch {
      // The next colon tries again.
    }
  }

  #chosen(item) {
    const emoji = inTone(item, choices.tone);
    choices.add(emoji);
    return emoji;
  }
}

function optionFor(item, query, tone) {
  const element = fromTemplate("emoji-suggestion");
  const parts = partsOf(element);
  parts.emoji.textContent = inTone(item, tone);
  parts.name.textContent = item.name;
  const code = item.codes.find((known) => known.startsWith(query.toLowerCase()));
  parts.code.textContent = `:${code ?? item.codes[0]}:`;
  return element;
}

function explain(count) {
  const text = ngettext(
    "%(count)s emoji. Enter completes, Escape closes.",
    "%(count)s emoji. Arrow keys choose, Enter completes, Escape closes.",
    count,
  );
  return interpolate(text, { count });
}
