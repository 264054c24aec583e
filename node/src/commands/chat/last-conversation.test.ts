import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { afterAll, expect, it } from "vitest";
import { stageEvidence } from "../../../../protocol/test/staged-evidence.ts";
import { saveAsClient } from "../../../../test/support/bought-answer.ts";
import { TEST_CIPHER, TEST_DOMAIN, testIdentity } from "../../../../test/support/exchange.ts";
import { openDatabase } from "../../store/database/database.ts";
import { lastConversation, noteConversation } from "./last-conversation.ts";

const folder = mkdtempSync(join(tmpdir(), "lloom-last-chat-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("the last conversation comes back from the encrypted log; its note holds no text", () => {
  const path = join(folder, "last-chat.json");
  using db = openDatabase(join(folder, "client.sqlite"), { cipher: TEST_CIPHER });
  const [client, executor] = [testIdentity("client"), testIdentity("executor")];
  const staged = stageEvidence({ hasher: createCommitmentHasher(TEST_DOMAIN), client, executor });
  const store = saveAsClient(db, staged);
  const { requestHash, receipt, held } = staged;
  const question = held.prompt.messages.at(-1)?.content ?? "";
  const turn = {
    ...{ question, answer: "A cat 🐈.", requestHash, receipt, domain: TEST_DOMAIN, paid: 9n },
    salts: { prompt: held.prompt.promptSalt, answer: held.text.contentSalt },
  };
  const said = { model: "lloom-tiny", system: undefined, turns: [turn] };
  expect(() => lastConversation(path, store, TEST_DOMAIN)).toThrow("no conversation to go on with");
  noteConversation(path, said);
  expect(readFileSync(path, "utf8")).not.toMatch(/lane 1|cat/);
  expect(lastConversation(path, store, TEST_DOMAIN)).toEqual(said);
  // Once no dispute can ask for the texts.
  store.prune(Number.MAX_SAFE_INTEGER);
  expect(() => lastConversation(path, store, TEST_DOMAIN)).toThrow("not kept any more");
});
