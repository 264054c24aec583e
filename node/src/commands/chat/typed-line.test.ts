import { expect, it } from "vitest";
import { LINE_COMMANDS, typedLine } from "./typed-line.ts";

it("a line is a question unless it begins with a slash, and two slashes begin a question with one", () => {
  expect(typedLine("  Name a moon. ")).toEqual({ type: "question", text: "Name a moon." });
  expect(typedLine("//etc is what?")).toEqual({ type: "question", text: "/etc is what?" });
  expect(typedLine("  \t")).toEqual({ type: "nothing" });
});

it("commands take what they need, and names with spaces", () => {
  expect(typedLine("/model llama3.2@sha256:ab12")).toEqual({ type: "model", name: "llama3.2@sha256:ab12" });
  expect(typedLine("/save my moons.json")).toEqual({ type: "save", file: "my moons.json" });
  expect(typedLine("/receipt")).toEqual({ type: "receipt", number: undefined, file: undefined });
  expect(typedLine("/receipt 2")).toEqual({ type: "receipt", number: 2, file: undefined });
  expect(typedLine("/receipt r.json")).toEqual({ type: "receipt", number: undefined, file: "r.json" });
  expect(typedLine("/receipt 2 r.json")).toEqual({ type: "receipt", number: 2, file: "r.json" });
});

it.each(["/model", "/save", "/clear all", "/modle x", "/ hello"])(
  "%j is told to be wrong, and never asked and paid for",
  (line) => {
    expect(typedLine(line).type).toBe("wrong");
  },
);

it("knows every command that the help lists", () => {
  for (const [form] of LINE_COMMANDS)
    expect(typedLine(form.replace("[N] ", "1 ").replace("[FILE]", "f")).type).toBe(form.slice(1).split(" ")[0]);
});
