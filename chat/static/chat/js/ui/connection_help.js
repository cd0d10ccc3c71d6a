/** Explains at length why nobody gets in, where there is nothing yet to read instead. The status line says it in short. */
export class ConnectionHelp {
  #sections;

  /** `sections` carry in `data-connection-help` the close codes that they explain. */
  constructor({ sections }) {
    this.#sections = sections;
  }

  /** What a close code means stays while the next attempt is under way, which has none. */
  show(code) {
    if (code === undefined) return;
    for (const section of this.#sections)
      section.hidden = !section.dataset.connectionHelp.split(" ").includes(String(code));
  }
}
