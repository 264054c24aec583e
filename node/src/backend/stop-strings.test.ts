import { describe, expect, it } from "vitest";
import { createStopFilter } from "./stop-strings.ts";

describe("stop strings", () => {
  it("cuts before a stop string that comes in pieces", () => {
    const filter = createStopFilter(["END"]);
    expect(filter.push("one E")).toEqual({ text: "one ", stopped: false });
    expect(filter.push("N")).toEqual({ text: "", stopped: false });
    expect(filter.push("D two")).toEqual({ text: "E".slice(1), stopped: true });
    expect(filter.flush()).toBe("");
  });

  it("delivers what only looked like the beginning of one", () => {
    const filter = createStopFilter(["aab"]);
    expect(filter.push("aa")).toEqual({ text: "", stopped: false });
    expect(filter.push("a")).toEqual({ text: "a", stopped: false });
    expect(filter.push("c")).toEqual({ text: "aac", stopped: false });
    expect(filter.push("a")).toEqual({ text: "", stopped: false });
    expect(filter.flush()).toBe("a");
  });

  it("cuts at the first of several", () => {
    expect(createStopFilter(["three", "two"]).push("one two three")).toEqual({ text: "one ", stopped: true });
  });

  it("holds nothing back without stop strings", () => {
    expect(createStopFilter([]).push("text")).toEqual({ text: "text", stopped: false });
  });
});
