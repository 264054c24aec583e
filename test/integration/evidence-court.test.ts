/** Who gets evidence of an answer, by a real court: a dispute on chain, a panel that is drawn, logs and hosts of both parties. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeHeader, type RpcBlock } from "@lloom/protocol/block-headers";
import type { Hex } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { hashDisputeConsent } from "@lloom/protocol/dispute-consent";
import { EVIDENCE_ITEMS } from "@lloom/protocol/evidence-messages";
import { getBytes, id, MaxUint256, toQuantity, type Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Chain, openChain } from "../../node/src/chain/chain.ts";
import { heldByClient } from "../../node/src/client/dispute/held-evidence.ts";
import type { LloomError } from "../../node/src/errors.ts";
import { answerEvidence, type OwnAnswers } from "../../node/src/evidence/answer-evidence.ts";
import { type EvidenceSource, fetchEvidence, type WantedEvidence } from "../../node/src/evidence/fetch-evidence.ts";
import { signedFor } from "../../node/src/evidence/signed-for.ts";
import { heldByExecutor } from "../../node/src/executor/dispute/held-evidence.ts";
import { type EvidenceHandler, serveEvidence } from "../../node/src/p2p/evidence/evidence-server.ts";
import type { Host } from "../../node/src/p2p/host/host.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { openExecutorLog } from "../../node/src/store/executor/executor-log.ts";
import { identityFromSecret } from "../../node/src/wallet/identity.ts";
import { recoverAddress } from "../../node/src/wallet/recover.ts";
import { type StagedEvidence, stageEvidence } from "../../protocol/test/staged-evidence.ts";
import { saveAsClient } from "../support/bought-answer.ts";
import { type Market, openMarket, PEER_ID, STAKE, VALIDATOR_ROLE, walletOf } from "../support/contracts/market.ts";
import { encodeModel, SIGNER_AUTHORIZATION_TYPES } from "../support/contracts/typed-data.ts";
import { TEST_CIPHER } from "../support/exchange.ts";
import { never, silentLog, startHost, targetOf } from "../support/hosts.ts";
import { openRpcServer } from "./indexer/rpc-server.ts";

const WEEK_SECONDS = 7 * 24 * 3_600;
const DRAW_BLOCKS = 65;
/** Sixteen seats of both panels have to be there. */
const VALIDATORS = 18;
const names = Array.from({ length: VALIDATORS }, (_, number) => `evidence validator ${number}`);
/** Complains with the client's consent. */
const CHALLENGER = "evidence challenger";
const EVIDENCE = id("evidence");

const stack = new AsyncDisposableStack();
let market: Market;
let chain: Chain;
let staged: StagedEvidence;
const identityOf = (name: string) => identityFromSecret(getBytes(walletOf(name).privateKey));
const [client, executor] = [identityOf("evidence client"), identityOf("evidence executor")];
const parties: Record<string, Host> = {};
const handlers: Record<string, EvidenceHandler> = {};
/** What the parties' servers take for now: their memory of the chain lasts for seconds. */
let nowMs = 0;

beforeAll(async () => {
  market = await openMarket();
  stack.defer(() => market.connection.close());
  const rpcServer = stack.use(await openRpcServer(market.connection.provider));
  const accounting = market.accounting.address;
  chain = stack.use(await openChain({ rpcUrl: rpcServer.url, accounting, signal: never, log: silentLog }));
  const hasher = createCommitmentHasher(chain.domain);
  await enlist();
  await market.enrol("evidence executor");
  await market.open("evidence client", executor.address);
  staged = stageEvidence({ hasher, client, executor, deadline: await market.deadline() });
  const directory = mkdtempSync(join(tmpdir(), "lloom-court-"));
  stack.defer(() => rmSync(directory, { recursive: true }));
  const clientLog = stack.use(openDatabase(join(directory, "c.sqlite"), { cipher: TEST_CIPHER }));
  const logs = { client: heldByClient(saveAsClient(clientLog, staged)), executor: saveAsExecutor(directory) };
  for (const [name, answers] of Object.entries(logs)) {
    const host = stack.use(await startHost({ secret: { client, executor }[name]?.secret ?? new Uint8Array() }));
    const handle = answerEvidence({ chain, hasher, recover: recoverAddress, steady: () => nowMs, answers });
    handlers[name] = handle;
    stack.use(await serveEvidence(host, { handle, limits: { askBurst: 1_000 }, log: silentLog }));
    parties[name] = host;
  }
});
afterAll(() => stack.disposeAsync());

/** Validators that can be drawn once a week has passed, and one that only challenges. */
async function enlist(): Promise<void> {
  const { fund, stakeRegistry, jury, networkHelpers } = market;
  for (const name of [...names, CHALLENGER]) {
    const validator = await fund(name);
    await stakeRegistry.send(validator, "registerAndStake", VALIDATOR_ROLE, PEER_ID, "", STAKE);
    if (name !== CHALLENGER) await jury.send(validator, "enlist");
  }
  await networkHelpers.time.increase(WEEK_SECONDS);
}

function saveAsExecutor(directory: string): OwnAnswers {
  const store = openExecutorLog(stack.use(openDatabase(join(directory, "e.sqlite"), { cipher: TEST_CIPHER })));
  const { requestHash, responseHash, held } = staged;
  const { request, response, clientSignature, executorSignature } = held.receipt;
  store.accept({ ...{ requestHash, request, clientSignature }, acceptedAtMs: 1 });
  const { contentSalt, bytes: delivered } = held.text;
  const opening = { contentSalt, delivered, trace: held.trace, prompt: held.prompt };
  store.saveAnswer({ ...{ requestHash, response, responseHash }, ...opening, answeredAtMs: 2 });
  store.saveSignature(requestHash, executorSignature);
  store.saveAck({ requestHash, responseHash, signature: held.acknowledgement.signature });
  return heldByExecutor(store);
}

/** Asks a party, as whoever has this name. */
async function askAs(name: string, role: EvidenceSource["role"] = "executor", change: Partial<WantedEvidence> = {}) {
  const { secret } = identityOf(name);
  await using host = await startHost({ secret, listen: [] });
  const hasher = createCommitmentHasher(chain.domain);
  const source = { role, address: { client, executor }[role].address, target: targetOf(parties[role] as Host) };
  const { requestHash, responseHash } = staged;
  const wanted = { requestHash, responseHash, items: EVIDENCE_ITEMS, sources: [source], ...change };
  return await fetchEvidence({ host, hasher, isSignedFor: signedFor(chain, recoverAddress) }, wanted, never);
}
const codeOf = async (asked: ReturnType<typeof askAs>): Promise<string> =>
  asked.then(
    () => "given",
    ({ details }: LloomError) => String(details["faults"]),
  );
const REFUSED = expect.stringContaining("no evidence of such an answer for you");
const consentOf = (signer: ReturnType<typeof identityOf>, name: string, requestHash = staged.requestHash) =>
  signer.sign(
    hashDisputeConsent(createCommitmentHasher(chain.domain).domainSeparator, {
      ...{ challenger: identityOf(name).address, requestHash },
    }),
  );

describe("without a dispute", () => {
  it("both parties get what the other one has", async () => {
    const { evidence } = await askAs("evidence client");
    expect(evidence).toMatchObject({ ...staged.held, receipt: staged.receipt, trace: { total: 3 } });
    const { evidence: fromClient } = await askAs("evidence executor", "client");
    expect(fromClient).toMatchObject({ prompt: staged.held.prompt, text: staged.held.text });
    expect([...fromClient.lacks]).toEqual([
      ["trace", "none"],
      ["acknowledgement", "none"],
    ]);
  });

  it("nobody else does, and hears the same about an answer that there is not", async () => {
    expect(await codeOf(askAs("evidence validator 0"))).toEqual(REFUSED);
    expect(await codeOf(askAs("evidence validator 0", "client"))).toEqual(REFUSED);
    expect(await codeOf(askAs("evidence client", "executor", { requestHash: id("none") as Hex }))).toEqual(REFUSED);
  });

  it("whom the client consents to does, for that answer and that account alone", async () => {
    const ask = (consent: ReturnType<typeof consentOf>, name = "evidence validator 1") =>
      codeOf(askAs(name, "executor", { consent }));
    expect(await ask(consentOf(client, "evidence validator 1"))).toBe("given");
    expect(await ask(consentOf(client, "evidence validator 1"), "evidence validator 2")).toEqual(REFUSED);
    expect(await ask(consentOf(executor, "evidence validator 1"))).toEqual(REFUSED);
    expect(await ask(consentOf(client, "evidence validator 1", id("another") as Hex))).toEqual(REFUSED);
  });

  it("a session key of the client's consents for it, while it is in force", async () => {
    const session = identityOf("evidence session");
    const consent = consentOf(session, "evidence validator 3");
    const ask = () => codeOf(askAs("evidence validator 3", "executor", { consent }));
    expect(await ask()).toEqual(REFUSED);
    await authorize("evidence session");
    nowMs += 60_000;
    expect(await ask()).toBe("given");
  });
});

async function authorize(name: string): Promise<void> {
  const { accounting, domain } = market;
  const deadline = await market.deadline();
  const authorization = { principal: client.address, signer: identityOf(name).address, deadline, nonce: 1n };
  const signature = await walletOf(name).signTypedData(domain, SIGNER_AUTHORIZATION_TYPES, authorization);
  const r = signature.slice(0, 66);
  const isOdd = Number.parseInt(signature.slice(130), 16) === 28;
  const s = BigInt(`0x${signature.slice(66, 130)}`) | (isOdd ? 1n << 255n : 0n);
  const vs = `0x${s.toString(16).padStart(64, "0")}`;
  await accounting.send(clientWallet(), "authorizeSigner", authorization.signer, deadline, 1n, { r, vs });
}
const clientWallet = (): Wallet => walletOf("evidence client").connect(market.connection.ethers.provider);
const executorWallet = (): Wallet => walletOf("evidence executor").connect(market.connection.ethers.provider);

describe("with a dispute", () => {
  let dispute: Hex;
  let jurors: string[];

  it("the challenger gets it from either party", async () => {
    expect(await codeOf(askAs(CHALLENGER))).toEqual(REFUSED);
    dispute = await openDispute();
    nowMs += 60_000;
    expect(await codeOf(askAs(CHALLENGER))).toBe("given");
    expect(await codeOf(askAs(CHALLENGER, "client", { items: ["prompt"] }))).toBe("given");
  });

  it("the jurors get it from either party from their draw on, and other validators do not", async () => {
    for (const name of names.slice(0, 3)) expect(await codeOf(askAs(name)), name).toEqual(REFUSED);
    await draw(dispute);
    nowMs += 60_000;
    jurors = ((await market.jury.read("jurorsOf", dispute, 1)) as string[]).map((one) => one.toLowerCase());
    expect(jurors).toHaveLength(5);
    const isDrawn = (name: string): boolean => jurors.includes(identityOf(name).address);
    const others = names.filter((name) => !isDrawn(name)).slice(0, 3);
    for (const name of [...names.filter(isDrawn), ...others]) {
      const isJuror = isDrawn(name);
      expect(await codeOf(askAs(name)), name).toEqual(isJuror ? "given" : REFUSED);
      expect(await codeOf(askAs(name, "client", { items: ["prompt", "text"] })), name).toEqual(
        isJuror ? "given" : REFUSED,
      );
    }
  });

  it("is not kept from them by strangers who ask about it, however many", async () => {
    nowMs += 60_000;
    const { requestHash } = staged;
    const ask = async (asker: string): Promise<string> => {
      const asked = handlers["executor"]?.(
        { type: "ask", requestHash, items: [] },
        asker as Hex,
        async () => undefined,
      );
      return (
        asked?.then(
          () => "given",
          ({ code }: LloomError) => code,
        ) ?? ""
      );
    };
    const codes = new Set<string>();
    for (let stranger = 1; stranger <= 200; stranger++) codes.add(await ask(`0x${String(stranger).padStart(40, "0")}`));
    expect([...codes]).toEqual(["EVIDENCE_REFUSED"]);
    for (const juror of jurors) expect(await ask(juror)).toBe("given");
  });

  it("nobody but the parties does once it is over", async () => {
    const { measured } = market;
    // Nobody votes; then eleven others are drawn, who do not either, and nobody rules.
    await wait();
    await draw(dispute, 2);
    await wait();
    await wait();
    expect(((await measured.read("disputeAt", dispute)) as { state: bigint }).state).toBe(CLOSED);
    nowMs += 60_000;
    const juror = names.find((name) => jurors.includes(identityOf(name).address)) ?? "";
    for (const name of [juror, CHALLENGER]) expect(await codeOf(askAs(name)), name).toEqual(REFUSED);
    expect(await codeOf(askAs("evidence client"))).toBe("given");
  });
});

/** `State` of a dispute. */
const CLOSED = 6n;

/** Settles the staged answer, and complains of it. */
async function openDispute(): Promise<Hex> {
  const { accounting, measured, token, deposits } = market;
  const { request, response, clientSignature, executorSignature } = staged.receipt;
  const pair = { request: encodeModel(request), response, clientSignature, executorSignature };
  await accounting.send(executorWallet(), "settle", [pair]);
  const challenger = await market.fund(CHALLENGER);
  await token.send(challenger, "approve", deposits.address, MaxUint256);
  const answer = { pair, consent: consentOf(client, CHALLENGER), inboundTokens: 0, outboundTokens: 0 };
  const receipt = await measured.send(challenger, "open", 0n, EVIDENCE, [answer], MaxUint256);
  const opened = measured.events(receipt).find((event) => event.name === "MeasuredOpened")?.args["id"] as Hex;
  await measured.send(executorWallet(), "answer", opened, EVIDENCE);
  return opened;
}

/** Draws the panel that was asked for. */
async function draw(dispute: Hex, round = 1): Promise<void> {
  const { jury, networkHelpers, connection } = market;
  await networkHelpers.mine(DRAW_BLOCKS);
  const { drawBlock } = (await jury.read("panelOf", dispute, round)) as { drawBlock: bigint };
  const block = await connection.ethers.provider.send("eth_getBlockByNumber", [toQuantity(drawBlock), false]);
  await jury.send(clientWallet(), "draw", dispute, encodeHeader(block as RpcBlock));
}

/** Longer than anything takes, and what is due then. */
async function wait(): Promise<void> {
  await market.networkHelpers.time.increase(20 * 24 * 3_600);
  await market.measured.send(clientWallet(), "poke", await disputeAbout());
}

const disputeAbout = async (): Promise<Hex> => {
  const { lane, nonce } = staged.receipt.request;
  return (await market.measured.read("disputeOf", client.address, executor.address, lane, nonce)) as Hex;
};
