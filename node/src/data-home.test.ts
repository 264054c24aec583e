import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findDataHome } from "./data-home.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lloom-home-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const place = (...parts: string[]): string => join(root, ...parts);
function putKey(...parts: string[]): string {
  mkdirSync(place(...parts), { recursive: true });
  writeFileSync(place(...parts, "keystore.json"), "{}");
  return place(...parts);
}
const find = (changes: Partial<Parameters<typeof findDataHome>[0]> = {}) =>
  findDataHome({ platform: "linux", environment: {}, home: place("home"), folder: place("work", "deep"), ...changes });

describe("where a user's data are", () => {
  it("is a folder of the system's, the same from everywhere", () => {
    expect(find()).toEqual({ path: place("home/.local/share/lloom"), others: [] });
    expect(find({ folder: "/" }).path).toBe(find().path);
    expect(find({ platform: "darwin" }).path).toBe(place("home/Library/Application Support/lloom"));
    expect(find({ platform: "win32" }).path).toBe(place("home/AppData/Local/lloom"));
    expect(find({ platform: "win32", environment: { LOCALAPPDATA: place("local") } }).path).toBe(place("local/lloom"));
  });

  it("is where XDG_DATA_HOME says, unless that is relative", () => {
    expect(find({ environment: { XDG_DATA_HOME: place("xdg") } }).path).toBe(place("xdg/lloom"));
    expect(find({ environment: { XDG_DATA_HOME: "xdg" } }).path).toBe(place("home/.local/share/lloom"));
  });

  it("stays where an earlier version left a key, from there and from below, and says how to move it", () => {
    const earlier = putKey("work/.lloom");
    const found = find();
    expect(found).toMatchObject({ path: earlier, others: [] });
    expect(found.problem).toBeUndefined();
    expect(found.advice).toContain(`mv "${earlier}" "${place("home/.local/share/lloom")}"`);
    mkdirSync(place("home/.local/share/lloom"), { recursive: true });
    expect(find().advice).toContain(`mv "${earlier}"/* "${place("home/.local/share/lloom")}"/`);
  });

  it("is not a .lloom without a key", () => {
    mkdirSync(place("work/.lloom"), { recursive: true });
    expect(find().path).toBe(place("home/.local/share/lloom"));
  });

  it("is asked for when two places hold a key, and neither is taken silently", () => {
    const earlier = putKey("work/.lloom");
    const own = putKey("home/.local/share/lloom");
    const { problem, others } = find();
    expect(others).toEqual([earlier]);
    expect(problem).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining(own) });
    expect(problem?.next).toContain(`--data-dir ${earlier}`);
  });

  it("is one place when one is a link to the other", () => {
    const own = putKey("home/.local/share/lloom");
    mkdirSync(place("work"), { recursive: true });
    symlinkSync(own, place("work/.lloom"));
    expect(find()).toEqual({ path: own, others: [] });
  });

  it("has to be said by whoever has no home", () => {
    for (const home of [undefined, "", "home", "./home"])
      for (const environment of [{}, { XDG_DATA_HOME: "" }, { XDG_DATA_HOME: "data" }])
        expect(find({ home, environment }).problem).toMatchObject({ next: expect.stringContaining("--data-dir DIR") });
  });
});
