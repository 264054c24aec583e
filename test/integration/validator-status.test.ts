/** `lloom status` of a validator beside its running node: what keeps it from judging, and how many canary keys are left. */
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openChain } from "../../node/src/chain/chain.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { openValidatorLog } from "../../node/src/store/validator/validator-log.ts";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { never, silentLog } from "../support/hosts.ts";
import { createUser, type User } from "../support/user.ts";

const DISPUTE: Hex = `0x${"d1".repeat(32)}`;
const stack = new AsyncDisposableStack();
let chain: TestChain;
let deployment: TestDeployment;
let validator: User;

beforeAll(async () => {
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  validator = stack.use(await createUser({ chain, deployment }));
});
afterAll(() => stack.disposeAsync());

it("says what keeps it from judging and that keys are used up, in words and for programs", async () => {
  const { identity, dataDir } = validator;
  const { accounting } = deployment;
  await using own = await openChain({ rpcUrl: chain.rpcUrl, accounting, signal: never, log: silentLog });
  const scope = `${own.domain.chainId}/${own.domain.accounting}/${identity.address}`;
  const cipher = createTextCipher(identity.secret);
  using db = openDatabase(join(dataDir, "validator.sqlite"), { scope, cipher });
  const log = openValidatorLog(db);
  const words = async (): Promise<string> => (await validator.run(["status"])).stdout;
  expect(await validator.tell("status")).toMatchObject({ unjudged: [], audits: { epochs: [] } });
  expect(await words()).not.toMatch(/Unjudged|Canary keys/);

  const keys = { keys: 8, left: 3, unaskable: 0 };
  const unjudged = { dispute: DISPUTE, problem: "Nobody shows evidence.", next: "Wait for it." };
  log.noteJudgingProblem({ ...unjudged, problem: "An older one." });
  log.noteJudgingProblem(unjudged);
  log.noteKeysLeft({ ...keys, left: 8 });
  log.noteKeysLeft(keys);
  expect(await validator.tell("status")).toMatchObject({ unjudged: [unjudged], audits: { keys } });
  const said = await words();
  expect(said).toMatch(new RegExp(`^Unjudged +dispute ${DISPUTE} .*Nobody shows evidence\\. Wait for it\\.$`, "m"));
  expect(said).toMatch(/^Canary keys +3 of 8 may still ask$/m);

  log.noteKeysLeft({ keys: 8, left: 0, unaskable: 3 });
  log.clearJudgingProblem(DISPUTE);
  const later = await words();
  expect(later).toMatch(/^Canary keys +used up, .*--canary-keys than 8/m);
  expect(later).not.toContain("Unjudged");
});
