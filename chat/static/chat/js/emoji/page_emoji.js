/** The emoji of this page: its catalog, without what its fonts lack, and the reader's choices. */
import { config, siteKey, storage } from "../page.js";
import { EmojiCatalog } from "./catalog.js";
import { EmojiChoices } from "./choices.js";

const FIRST_CHECKED = 13; // emoji version, of 2020; what is older is everywhere
const SIZE = 24; // px
const REFERENCE = "😀";

export const choices = new EmojiChoices({ storage, key: siteKey("emoji") });

let loading = null;

/** The catalog, fetched once; after a failure, again. */
export function loadCatalog() {
  loading ??= fetched().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function fetched() {
  const response = await fetch(config.emoji_url);
  if (!response.ok) throw new Error(`${response.status} for ${config.emoji_url}`);
  const { groups, tones } = await response.json();
  return new EmojiCatalog({ groups: drawable(groups), tones });
}

/** Without the versions that would be empty boxes, or two emoji for one. */
function drawable(groups) {
  const isNew = ([, , , , version]) => version >= FIRST_CHECKED;
  const examples = new Map(
    groups.flatMap(([, rows]) =>
      rows.filter(isNew).map(([emoji, , , , version]) => [version, emoji]),
    ),
  );
  const context = canvasContext();
  const isDrawn = ([, emoji]) => isOne(context, emoji) && hasColours(context, emoji);
  const drawn = new Map([...examples].filter(isDrawn));
  const isShown = (row) => !isNew(row) || drawn.has(row[4]);
  return groups.map(([title, rows]) => [title, rows.filter(isShown)]);
}

function canvasContext() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2 * SIZE;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const fonts = getComputedStyle(document.documentElement).getPropertyValue("--font-emoji");
  context.font = `${SIZE}px ${fonts}`;
  context.textBaseline = "top";
  return context;
}

/** Without a glyph of its own, a sequence is drawn as its parts, side by side. */
function isOne(context, emoji) {
  return context.measureText(emoji).width < 1.5 * context.measureText(REFERENCE).width;
}

/** An empty box takes the colour of text, an emoji has its own; some fonts draw nothing at all. */
function hasColours(context, emoji) {
  const drawn = pixels(context, emoji, "#f00");
  return drawn.some(Boolean) && drawn.join() === pixels(context, emoji, "#00f").join();
}

function pixels(context, emoji, colour) {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  context.fillStyle = colour;
  context.fillText(emoji, 0, 0);
  return context.getImageData(0, 0, width, height).data;
}
