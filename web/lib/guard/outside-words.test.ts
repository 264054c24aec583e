import { expect, test } from "vitest";
import { outsideWords } from "./outside-words.ts";

test("what turns or hides text is named instead of obeyed", () => {
  expect(outsideWords("pay \u202Eelohw\u202C me", 100)).toBe("pay [U+202E]elohw[U+202C] me");
  expect(outsideWords("a\u0000b\u200Bc\uFEFFd\u2066e\nf", 100)).toBe("a[U+0000]b[U+200B]c[U+FEFF]d[U+2066]e[U+000A]f");
});

test("text of every language stays as it is", () => {
  for (const text of ["Größe 7 tél", "שלום עולם", "نموذج", "模型 小", "🧵 loom", "می\u200cخواهم", "👩\u200d💻 ❤\ufe0f"])
    expect(outsideWords(text, 100)).toBe(text);
});

test("long text is cut, and half a character is no character", () => {
  expect(outsideWords("abcdef", 3)).toBe("abc…");
  expect(outsideWords("ab🧵", 3)).toBe("ab[U+D83E]…");
});
