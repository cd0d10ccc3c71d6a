/** Moves the focus past what comes first on the page. Without this module the browser does, and leaves a `#` in the address, which names a message here. */
export class SkipLinks {
  constructor({ links }) {
    for (const link of links) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        document.querySelector(link.hash).focus();
      });
    }
  }
}
