import assert from "node:assert/strict";
import { test } from "node:test";

import { splitLinks } from "../../../chat/static/chat/js/messages/spans.js";

const HOSTILE = {
  brackets: ")",
  dots: "a.",
  addresses: "a@",
  labels: "a-.",
  schemes: "http://",
  openings: "(",
  emails: "a@b.c ",
  stars: "*",
};

const FOUND = [
  ["see https://a.example/b?c=d#e.", ["https://a.example/b?c=d#e"]],
  ["(https://a.example/x)", ["https://a.example/x"]],
  ["https://a.example/x_(y)", ["https://a.example/x_(y)"]],
  ["https://a.example, https://b.example!", ["https://a.example/", "https://b.example/"]],
  ["www.a.example and mailto:a@b.example", ["https://www.a.example/", "mailto:a@b.example"]],
  ["日本http://a.example/日本", ["http://a.example/%E6%97%A5%E6%9C%AC"]],
  ["javascript:alert(1) data:text/html,x file:///etc ftp://a.example", []],
  ["http:// https://[ xhttp://a.example", []],
  [
    "write to ada@example.org, or (Bob.B@mail.example.org).",
    ["mailto:ada@example.org", "mailto:Bob.B@mail.example.org"],
  ],
  [
    "example.org and „example.de“, example.co.uk/a_(b)?c#d.",
    ["https://example.org/", "https://example.de/", "https://example.co.uk/a_(b)?c#d"],
  ],
  [
    "example.org:8000/x *youtu.be/abc* Ada<ada@example.org>",
    ["https://example.org:8000/x", "https://youtu.be/abc", "mailto:ada@example.org"],
  ],
  ["main.py README.md node.js a.rs/b.rs src/x.py me.so 1.5 1.2/3.4 e.g. z.B./d.h. and/or.", []],
  [
    "@web.de @bob@example.org git@github.com:a/b a.b@c a@b@c.de ada@-x.de example.org@ .de x..de",
    [],
  ],
  ["javascript.com:alert(1) ftp://example.de data.de:text/html,x", []],
  ["ex\u0430mple.de \u202eexample.de\u202c", ["https://example.de/"]],
  ['https://a.example/"onclick="x', ["https://a.example/"]],
  ["https://a.example/\u202egpj.exe", ["https://a.example/"]],
];

for (const [text, links] of FOUND) {
  test(`links are found and the text is kept: ${JSON.stringify(text)}`, () => {
    const segments = splitLinks(text);

    assert.equal(segments.map((segment) => segment.text).join(""), text);
    assert.deepEqual(
      segments.flatMap(({ href }) => (href ? new URL(href).href : [])),
      links,
    );
  });
}

test("an address ends before brackets and signs that are not part of it", () => {
  const signs = "ab/.,:;!?'*_~…”“’»()()[]{}))😀é-".match(/./gu);
  let seed = 7;
  const random = (below) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >> 8) % below;
  };

  for (let run = 0; run < 5_000; run += 1) {
    const path = Array.from({ length: random(30) }, () => signs[random(signs.length)]).join("");
    const url = `http://a/${path}`;
    assert.equal(splitLinks(url)[0].text, trimmed(url), url);
  }
});

for (const [name, part] of Object.entries(HOSTILE)) {
  test(`eight times the text takes about eight times as long: ${name}`, () => {
    const text = (length) =>
      `@ http://a/${part.repeat(length / part.length)} x.${part.repeat(length / part.length)}.`;
    const [little, much] = [text(2_000), text(16_000)];

    // A busy machine may slow down any one of the attempts, but not all of them.
    const isLinear = () =>
      fastest(() => splitLinks(much)) <
      24 *
        Math.max(
          fastest(() => splitLinks(little)),
          0.2,
        );
    assert.ok(Array.from({ length: 20 }).some(isLinear));
  });
}

/** The definition, one character after the other. */
function trimmed(url) {
  const closing = { ")": "(", "]": "[", "}": "{" }[url.at(-1)];
  const isOwn = closing && url.split(closing).length >= url.split(url.at(-1)).length;
  return /[.,:;!?'*_~…”“’»)\]}]$/u.test(url) && !isOwn ? trimmed(url.slice(0, -1)) : url;
}

/** The best of some runs, in ms: the machine may be busy. */
function fastest(work) {
  const times = Array.from({ length: 7 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.min(...times);
}
