import assert from "node:assert/strict";
import { test } from "node:test";

import { splitLinks } from "../../chat/static/chat/js/links.js";

const FOUND = [
  ["see https://a.example/b?c=d#e.", ["https://a.example/b?c=d#e"]],
  ["(https://a.example/x)", ["https://a.example/x"]],
  ["https://a.example/x_(y)", ["https://a.example/x_(y)"]],
  ["https://a.example, https://b.example!", ["https://a.example/", "https://b.example/"]],
  ["www.a.example and mailto:a@b.example", ["https://www.a.example/", "mailto:a@b.example"]],
  ["日本http://a.example/日本", ["http://a.example/%E6%97%A5%E6%9C%AC"]],
  ["javascript:alert(1) data:text/html,x file:///etc ftp://a.example", []],
  ["http:// https://[ xhttp://a.example", []],
  ['https://a.example/"onclick="x', ["https://a.example/"]],
  ["https://a.example/\u202egpj.exe", ["https://a.example/"]],
];

for (const [text, links] of FOUND) {
  test(`links are found and the text is kept: ${JSON.stringify(text)}`, () => {
    const segments = splitLinks(text);

    assert.equal(segments.map((segment) => segment.text).join(""), text);
    assert.deepEqual(segments.flatMap(({ href }) => href ?? []), links);
  });
}
