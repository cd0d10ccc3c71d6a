/** The beginning of `text` in at most about `most` characters, cut between words where there are any. Pure. */
export function excerpt(text, most) {
  const characters = [...text]; // an emoji must not be cut in half
  if (characters.length <= most) return text;
  const beginning = characters.slice(0, most).join("");
  return `${beginning.replace(/(\s)\S{0,30}$/u, "$1").trimEnd()}…`;
}
