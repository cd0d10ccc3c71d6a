/** Asks once before a message is deleted. Deleted means gone, so there is no undo. */
import { closeOnBackdrop, fromTemplate, partsOf } from "../ui/dom.js";
import { excerpt, parse, plainText } from "./formatting.js";

const EXCERPT_LENGTH = 300; // characters

/** Calls `confirmed` if the answer is yes. */
export function deleteAfterAsking({ body }, confirmed) {
  const dialog = fromTemplate("delete-question");
  partsOf(dialog).text.textContent = excerpt(plainText(parse(body)), EXCERPT_LENGTH);
  closeOnBackdrop(dialog);
  // An Enter that is still held down since it led here is no answer.
  dialog.addEventListener("keydown", (event) => event.repeat && event.preventDefault());
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue === "delete") confirmed();
  });
  document.querySelector("[data-chat]").append(dialog);
  dialog.showModal();
}
