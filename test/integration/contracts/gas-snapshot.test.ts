import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { run } from "../../benchmark/gas.ts";

const SNAPSHOT = new URL("../../benchmark/gas-snapshot.json", import.meta.url);
/** A figure that moves further than this was changed, and not by a byte of calldata. */
const TOLERANCE = 0.01;

/** Sentences about figures that are new, gone, or moved. */
function differences(found: Record<string, number>, stored: Record<string, number>): string[] {
  return [...new Set([...Object.keys(found), ...Object.keys(stored)])].flatMap((name) => {
    const [now, then] = [found[name], stored[name]];
    if (now === undefined) return [`${name} is in the snapshot but is not measured any more.`];
    if (then === undefined) return [`${name} is measured (${now} gas) but is not in the snapshot.`];
    const change = (now - then) / then;
    if (Math.abs(change) <= TOLERANCE) return [];
    return [`${name} takes ${now} gas instead of ${then} (${(change * 100).toFixed(1)} %).`];
  });
}

describe("gas", () => {
  it("holds its targets and its snapshot (after a wanted change: UPDATE_GAS_SNAPSHOT=1)", async () => {
    const rows = await run();
    expect(rows.filter((row) => !row.met)).toEqual([]);
    const found = Object.fromEntries(rows.map((row) => [row.name, row.value]));
    if (process.env["UPDATE_GAS_SNAPSHOT"] === "1") await writeFile(SNAPSHOT, `${JSON.stringify(found, null, 2)}\n`);
    const stored: Record<string, number> = JSON.parse(await readFile(SNAPSHOT, "utf8"));
    expect(differences(found, stored)).toEqual([]);
  });
});
