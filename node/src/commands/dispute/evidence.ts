import { existsSync, writeFileSync } from "node:fs";
import type { Hex } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { jsonText } from "@lloom/protocol/json-text";
import type { Chain } from "../../chain/chain.ts";
import { readDisputedSignatures } from "../../chain/disputes/disputed-signatures.ts";
import { readComplaint } from "../../chain/disputes/measured-events.ts";
import { heldByClient } from "../../client/dispute/held-evidence.ts";
import { LloomError } from "../../errors.ts";
import { type EvidenceSource, fetchEvidence } from "../../evidence/fetch-evidence.ts";
import { signedFor } from "../../evidence/signed-for.ts";
import { heldByExecutor } from "../../executor/dispute/held-evidence.ts";
import { givenPlace } from "../../file-place.ts";
import { signingPeer } from "../../p2p/host/signing-peer.ts";
import { boughtAnswers } from "../../store/client/client-log.ts";
import { createTextCipher } from "../../store/database/text-cipher.ts";
import { servedAnswers } from "../../store/executor/executor-log.ts";
import type { Identity } from "../../wallet/identity.ts";
import { recoverAddress } from "../../wallet/recover.ts";
import { announce, type CommandContext } from "../command.ts";
import { readOwnLog } from "../deeds/own-log.ts";
import { openIdentity, openOwnChain } from "../open/open.ts";
import { openHost } from "../open/open-host.ts";
import { runningRoles } from "../open/running.ts";
import { progressLine } from "../progress-line.ts";
import { loggedDuties } from "./duties.ts";
import { evidenceData, evidenceLines } from "./evidence-words.ts";
import {
  type GatheredEvidence,
  type GatheringEvidence,
  gatherEvidence,
  type OwnLog,
  type WantedAnswer,
} from "./gather-evidence.ts";
import { findCase } from "./measured.ts";

/** An answer that a dispute is about, with whoever may have more of it. */
interface Disputed extends WantedAnswer {
  readonly sources: readonly EvidenceSource[];
}

/** Shows the evidence of a dispute's answers, or of one answer, as far as this key has it or is shown it; writes it to a file. */
export async function showEvidence(context: CommandContext, id: Hex): Promise<void> {
  const { out } = context.flags;
  const path = typeof out === "string" ? newPlace(out) : undefined;
  const identity = await openIdentity(context);
  const chain = await openOwnChain(context, identity);
  const wanted = await answersOf(context, { chain, identity }, id);
  const progress = progressLine();
  const gathering: GatheringEvidence = {
    hasher: createCommitmentHasher(chain.domain),
    isSignedFor: signedFor(chain, recoverAddress),
    logs: ownLogs(context, { chain, identity }),
    fetch: fetching(context, { chain, identity }, wanted),
  };
  const gathered: GatheredEvidence[] = [];
  try {
    for (const [index, answer] of wanted.entries()) {
      if (!context.json) progress.show(`Gathering answer ${index + 1} of ${wanted.length} ...`);
      gathered.push(await gatherEvidence(gathering, answer));
    }
  } finally {
    progress.clear();
  }
  const told = gathered.map((one) => evidenceData(one, chain.domain));
  announce(
    context,
    {
      event: "evidence",
      id,
      answers: told.map(({ traceLeaves, ...answer }) => ({ ...answer, tokens: traceLeaves?.length })),
    },
    gathered.map((one) => evidenceLines(one).join("\n")).join("\n\n"),
  );
  if (path === undefined) return;
  const text = jsonText({ form: "lloom-evidence", version: 1, id, answers: told });
  writeFileSync(path, `${text}\n`, { mode: 0o600, flag: "wx" });
  announce(context, { event: "kept", file: path }, `\nAll of it, traces too, readable to you alone: ${path}`);
}

function newPlace(out: string): string {
  const path = givenPlace(out, "--out");
  if (existsSync(path))
    throw new LloomError("COMMAND_INVALID", `--out: ${path} is there already.`, { next: "Give another name." });
  return path;
}

interface Own {
  readonly chain: Chain;
  readonly identity: Identity;
}

/** The answers that an id is about: a complaint's, a withheld one's, or the one of a request of this key. */
async function answersOf(context: CommandContext, own: Own, id: Hex): Promise<readonly Disputed[]> {
  const { chain } = own;
  const found = await findCase(chain, id);
  if (found !== undefined) {
    const { opened, answers } = await readComplaint(chain, found.court, id);
    const signatures = await readDisputedSignatures(chain, opened);
    return answers.map(({ requestHash, responseHash, client }, index) => {
      const signed = signatures[index];
      const seller = signed && signingPeer(responseHash, signed.executorSignature);
      const buyer = signed && signingPeer(requestHash, signed.clientSignature);
      const { executor } = opened;
      return { requestHash, responseHash, sources: sourcesOf({ seller, buyer, executor, client }) };
    });
  }
  const view = { chain, address: own.identity.address };
  const requestHash = loggedDuties(context, view).find((duty) => duty.id === id)?.requestHash ?? id;
  const receipt = ownLogs(context, own)
    .map(({ answers }) => answers.receiptOf(requestHash))
    .find((one) => one !== undefined);
  if (receipt === undefined)
    throw new LloomError("COMMAND_INVALID", `${id} is no complaint, and no answer that this key's logs know.`, {
      next: "Give the id of a dispute that lloom disputes lists, or a request that lloom receipts lists.",
    });
  const { client, executor } = receipt.request;
  const responseHash = createCommitmentHasher(chain.domain).hashResponse(receipt.response);
  const seller = signingPeer(responseHash, receipt.executorSignature);
  const buyer = signingPeer(requestHash, receipt.clientSignature);
  return [{ requestHash, responseHash, sources: sourcesOf({ seller, buyer, executor, client }) }];
}

type Peer = ReturnType<typeof signingPeer>;
type Account = EvidenceSource["address"];

/** The executor first: it is the one with a trace. */
const sourcesOf = (parties: {
  readonly seller: Peer;
  readonly buyer: Peer;
  readonly executor: Account;
  readonly client: Account;
}): readonly EvidenceSource[] => [
  ...(parties.seller ? [{ role: "executor" as const, address: parties.executor, target: parties.seller }] : []),
  ...(parties.buyer ? [{ role: "client" as const, address: parties.client, target: parties.buyer }] : []),
];

function ownLogs(context: CommandContext, { chain, identity }: Own): readonly OwnLog[] {
  const view = { chain, address: identity.address };
  const cipher = createTextCipher(identity.secret);
  const bought = readOwnLog(context, view, { file: "client.sqlite", cipher });
  const sold = readOwnLog(context, view, { file: "executor.sqlite", cipher });
  return [
    ...(sold ? [{ name: "this key's log of what it sold", answers: heldByExecutor(servedAnswers(sold)) }] : []),
    ...(bought ? [{ name: "this key's log of what it bought", answers: heldByClient(boughtAnswers(bought)) }] : []),
  ];
}

/** Asks the parties as this key. While its node runs nobody is asked: two peers with one key would be in each other's way. */
function fetching(
  context: CommandContext,
  { chain, identity }: Own,
  wanted: readonly Disputed[],
): GatheringEvidence["fetch"] {
  if (Object.keys(runningRoles(context.settings)).length > 0) return undefined;
  let opened: ReturnType<typeof openHost> | undefined;
  return async ({ requestHash, responseHash }, items) => {
    opened ??= openHost(context, { identity, chain, dhtServer: false });
    const parts = {
      host: await opened,
      hasher: createCommitmentHasher(chain.domain),
      isSignedFor: signedFor(chain, recoverAddress),
    };
    const sources = (wanted.find((one) => one.requestHash === requestHash)?.sources ?? []).filter(
      ({ address }) => address !== identity.address,
    );
    const named = responseHash === undefined ? {} : { responseHash };
    return await fetchEvidence(parts, { requestHash, ...named, items, sources }, context.signal);
  };
}
