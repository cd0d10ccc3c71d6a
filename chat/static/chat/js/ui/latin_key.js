/** What a key means on a keyboard of another script: where m would be, an Arabic one has another letter, and its question mark is another. Pure. */
const LATIN = /^[\p{Script=Latin}\p{Script=Common}]/u;

/** The `key` of a keydown event, or the Latin letter in its place. */
export function latinKey({ key, code, shiftKey }) {
  if (key === "؟") return "?";
  if (LATIN.test(key) || !code?.startsWith("Key")) return key;
  return shiftKey ? code.slice(3) : code.slice(3).toLowerCase();
}
