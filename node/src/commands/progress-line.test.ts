import { expect, it } from "vitest";
import { progressLine } from "./progress-line.ts";

it("erases its own line once, and nothing that was written there since", () => {
  const written: string[] = [];
  const screen = { isTTY: true, columns: 10, write: (text: string) => written.push(text) };
  const line = progressLine(screen as unknown as NodeJS.WriteStream);
  line.clear();
  expect(written).toEqual([]);
  line.show("Asking everybody");
  expect(written).toEqual(["\r\x1b[2KAsking ev"]);
  line.clear();
  line.clear();
  expect(written.slice(1)).toEqual(["\r\x1b[2K"]);
});
