import { expect, it } from "vitest";
import { terminalText, textFor } from "./terminal-text.ts";

it("an answer gives no orders to a terminal, and keeps its lines, tabs and letters", () => {
  const answer = "Grüße,\n\tπ 🙂\x1b[2J\x1b]0;title\x07 and\r over\x9b31m it";
  expect(terminalText(answer)).toBe("Grüße,\n\tπ 🙂[2J]0;title and over31m it");
});

it("a file gets every byte of it", () => {
  expect(textFor({ isTTY: false }, "\x1b[1m")).toBe("\x1b[1m");
  expect(textFor({ isTTY: true }, "\x1b[1m")).toBe("[1m");
});
