import assert from "node:assert/strict";
import { test } from "node:test";

import { isCode, toggled } from "../../../chat/static/chat/js/composer/formatting_tools.js";

/** "a [b] c" is a text with its selection; "|" is a caret. */
function after(marked, mark) {
  const text = marked.replace("|", "[]");
  const [from, to] = [text.indexOf("["), text.indexOf("]") - 1];
  const value = text.replace("[", "").replace("]", "");
  const { start, end, text: inserted, selection } = toggled(value, from, to, mark);
  const changed = value.slice(0, start) + inserted + value.slice(end);
  const [first, last] = selection;
  const shown = `${changed.slice(0, first)}[${changed.slice(first, last)}]${changed.slice(last)}`;
  return shown.replace("[]", "|");
}

const TOGGLED = [
  ["a [b] c", "**", "a **[b]** c"],
  ["a **[b]** c", "**", "a [b] c"],
  ["a [**b**] c", "**", "a [b] c"],
  ["a [b] c", "*", "a *[b]* c"],
  ["a **[b]** c", "*", "a ***[b]*** c"],
  ["a ***[b]*** c", "*", "a **[b]** c"],
  ["a ***[b]*** c", "**", "a *[b]* c"],
  ["a [**b**] c", "*", "a *[**b**]* c"],
  ["a [***b***] c", "*", "a [**b**] c"],
  ["a [b ]c", "**", "a **[b]** c"],
  ["a |", "**", "a **|**"],
  ["a **|**", "**", "a |"],
  ["a [b] c", "`", "a `[b]` c"],
  ["a `[b]` c", "`", "a [b] c"],
  ["[- a\n> 1. b\n\nc]", "**", "[- **a**\n> 1. **b**\n\n**c**]"],
  ["[- **a**\n> 1. **b**\n\n**c**]", "**", "[- a\n> 1. b\n\nc]"],
  ["[a\n  b]", "`", "```\na\n  b\n```\n|"],
  ["x [a\n```\nb] y", "`", "x \n````\na\n```\nb\n````\n| y"],
];

for (const [before, mark, expected] of TOGGLED)
  test(`${mark} makes ${JSON.stringify(expected)} of ${JSON.stringify(before)}`, () => {
    assert.equal(after(before, mark), expected);
  });

const CODE = [
  "def a(b):\n    return b",
  'function a() {\n  return "b";\n}',
  "<ul>\n  <li>a</li>\n</ul>",
  "SELECT a\n  FROM b\n  WHERE c == 1;",
  "$ make run\n$ make test",
  "a = 1\nb = a + 2\nprint(b)",
  'Traceback (most recent call last):\n  File "a.py", line 1\n    x\nNameError: x',
  '{\n  "a": 1\n}',
];
const PROSE = [
  "one line()",
  "Dear Ada,\n\nHow are you? I am fine.\n\nBob",
  "milk\nbread\neggs",
  "- a\n- b\n- c",
  "> a\nI think so too\nand so do they",
  "```\na = 1\nb = 2\n```",
  "First: if it rains, we stay in.\nSecond: for the rest, see below.",
];

test("code is told from prose", () => {
  for (const text of CODE) assert.ok(isCode(text, ""), text);
  for (const text of PROSE) assert.ok(!isCode(text, ""), text);
});

test("what is code where it was copied is code", () => {
  assert.ok(isCode("milk\nbread", "<meta charset='utf-8'><pre>milk\nbread</pre>"));
  assert.ok(isCode("milk\nbread", '<div style="font-family: Menlo, monospace">milk</div>'));
  assert.ok(!isCode("milk\nbread", "<p>milk</p><p>bread</p>"));
  assert.ok(!isCode("milk", "<code>milk</code>"));
});
