import { expect, it } from "vitest";
import { nameText, sentenceText, terminalText, textFor } from "./terminal-text.ts";

it("an answer gives no orders to a terminal, and keeps its lines, tabs and letters", () => {
  const answer = "Grüße,\n\tπ 🙂\x1b[2J\x1b]0;title\x07 and\r over\x9b31m it";
  expect(terminalText(answer)).toBe("Grüße,\n\tπ 🙂[2J]0;title and over31m it");
});

it("a file gets every byte of it", () => {
  expect(textFor({ isTTY: false }, "\x1b[1m")).toBe("\x1b[1m");
  expect(textFor({ isTTY: true }, "\x1b[1m")).toBe("[1m");
});

it("a name stays within its line and its own letters", () => {
  expect(nameText("llama\n✓ order\r\t\x1b[2Jx\u2028y\u202Egnp")).toBe("llama ✓ order [2Jx ygnp");
});

it("a sentence keeps its own colours, and loses every other order", () => {
  expect(sentenceText("\x1b[32m✓\x1b[39m \x1b[8mhidden\x1b]52;c;aGk=\x07\x9b2J")).toBe(
    "\x1b[32m✓\x1b[39m [8mhidden]52;c;aGk=2J",
  );
});
