import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { addToJournal, forgetBareBeginning, journalLines, restoreAddresses } from "./journal.ts";

describe("Ignition's journal", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lloom-journal-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const ANY = z.object({ type: z.string() });
  const types = (): string[] => journalLines(folder, ANY).map(({ type }) => type);
  /** As Ignition leaves it: each line begins with its break. */
  const write = (...lines: readonly string[]): void =>
    writeFileSync(join(folder, "journal.jsonl"), lines.map((type) => `\n${JSON.stringify({ type })}`).join(""));

  it("is none before the first run", () => {
    forgetBareBeginning(folder);
    expect(types()).toEqual([]);
  });

  it("gets lines of their own, also after one that Ignition wrote", () => {
    write("DEPLOYMENT_INITIALIZE");
    addToJournal(folder, { type: "TRANSACTION_SEND" });
    addToJournal(folder, { type: "TRANSACTION_CONFIRM" });
    expect(types()).toEqual(["DEPLOYMENT_INITIALIZE", "TRANSACTION_SEND", "TRANSACTION_CONFIRM"]);
    expect(journalLines(folder, z.object({ type: z.literal("TRANSACTION_SEND") }))).toHaveLength(1);
  });

  it.each(["DEPLOYMENT", "CALL"])("forgets a step that ends with its beginning: %s", (kind) => {
    write("DEPLOYMENT_INITIALIZE", `${kind}_EXECUTION_STATE_INITIALIZE`);
    forgetBareBeginning(folder);
    expect(types()).toEqual(["DEPLOYMENT_INITIALIZE"]);
  });

  it.each([undefined, "{}", '{"Lloom#Jury":'])(
    "completes the list of addresses, which a killed run left as %j",
    (left) => {
      const list = join(folder, "deployed_addresses.json");
      const deployed = (futureId: string, address: string): object => ({
        futureId,
        result: { address, type: "SUCCESS" },
        type: "DEPLOYMENT_EXECUTION_STATE_COMPLETE",
      });
      write("DEPLOYMENT_INITIALIZE");
      restoreAddresses(folder);
      expect(existsSync(list)).toBe(false);
      if (left !== undefined) writeFileSync(list, left);
      addToJournal(folder, deployed("Lloom#Jury", "0x01"));
      addToJournal(folder, { ...deployed("Lloom#Collector", "0x02"), result: { type: "REVERTED_TRANSACTION" } });
      addToJournal(folder, deployed("Lloom#Audits", "0x03"));
      restoreAddresses(folder);
      expect(JSON.parse(readFileSync(list, "utf8"))).toEqual({ "Lloom#Jury": "0x01", "Lloom#Audits": "0x03" });
      rmSync(list);
    },
  );

  it("forgets nothing that was done", () => {
    write("DEPLOYMENT_INITIALIZE", "DEPLOYMENT_EXECUTION_STATE_INITIALIZE", "NETWORK_INTERACTION_REQUEST");
    const before = readFileSync(join(folder, "journal.jsonl"), "utf8");
    forgetBareBeginning(folder);
    expect(readFileSync(join(folder, "journal.jsonl"), "utf8")).toBe(before);
    write("DEPLOYMENT_INITIALIZE");
    forgetBareBeginning(folder);
    expect(types()).toEqual(["DEPLOYMENT_INITIALIZE"]);
  });
});
