import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { filePlace } from "./file-place.ts";

const FOLDER = resolve("/srv/node");
const HOME = resolve("/home/ada");
const place = (named: string, home: string | undefined = HOME): string =>
  filePlace({ named, what: "--data-dir", code: "CONFIG_INVALID", folder: FOLDER, home });

describe("the place of a file that somebody named", () => {
  it("is the home directory for ~, and what lies in it for ~/", () => {
    expect(place("~")).toBe(HOME);
    expect(place("~/")).toBe(HOME);
    expect(place("~/lloom")).toBe(join(HOME, "lloom"));
    expect(place("~//lloom/../next")).toBe(join(HOME, "next"));
  });

  it("begins at the folder for a relative path", () => {
    expect(place("data")).toBe(join(FOLDER, "data"));
    expect(place("./~/data")).toBe(join(FOLDER, "~", "data"));
    expect(place("../data")).toBe(resolve("/srv/data"));
    expect(place("data~")).toBe(join(FOLDER, "data~"));
  });

  it("is an absolute path itself", () => expect(place(resolve("/var/lib/lloom"))).toBe(resolve("/var/lib/lloom")));

  it("is refused where only a shell knows it", () => {
    const refused = { code: "CONFIG_INVALID", message: expect.stringMatching(/^--data-dir begins with ~ and a name/) };
    for (const named of ["~bob", "~bob/lloom", "~+/lloom", "~ /lloom"])
      expect(() => place(named), named).toThrow(expect.objectContaining(refused));
  });

  it("is refused where there is no home directory for ~", () => {
    const attempt = (): string =>
      filePlace({ named: "~/x", what: "--data-dir", code: "CONFIG_INVALID", folder: FOLDER, home: undefined });
    expect(attempt).toThrow(/^--data-dir begins with ~, and this user has no home directory/);
  });
});
