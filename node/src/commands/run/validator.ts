import type { Hex } from "@lloom/protocol/commitment-types";
import { dataFile } from "../../config.ts";
import { untilStopped } from "../../daemon.ts";
import type { LloomError } from "../../errors.ts";
import { watchStore } from "../../store/database/watch-store.ts";
import { lockKey } from "../../store/files/key-lock.ts";
import { openAuditLog } from "../../store/validator/audit-log.ts";
import { openValidatorLog } from "../../store/validator/validator-log.ts";
import { openJudge } from "../../validator/jury/open-judge.ts";
import { signedVocabularies } from "../../validator/jury/signed-vocabularies.ts";
import { createValidator } from "../../validator/validator.ts";
import { weightsFile } from "../ask/weights-file.ts";
import { openAuditing } from "../canaries/auditing.ts";
import { announce, type Command } from "../command.ts";
import { tellDuty } from "../dispute/words.ts";
import { openIdentity, openLog, openOwnChain, openRoom, scopeOf, settingAmount } from "../open/open.ts";
import { openClock } from "../open/open-clock.ts";
import { LISTENING_NAMES, openHost } from "../open/open-host.ts";
import { metricsLine, OBSERVATION_NAMES, openOwnObservation } from "../open/open-observation.ts";
import { observeValidator } from "./observe-validator.ts";
import { followReach, REACH_NAMES, warnUnreachable } from "./reachable.ts";

/** `lloom validator`: an anchor of the network. */
export const validator: Command = {
  kind: "daemon",
  settings: [
    ...LISTENING_NAMES,
    ...REACH_NAMES,
    ...(["jury", "weights", "threads", "appeals", "appealDeposits"] as const),
    ...([
      "audits",
      "startBlock",
      "canaryKeys",
      "canaryPrice",
      "traffic",
      "complaintBonds",
      "guards",
      "guardFee",
    ] as const),
    ...OBSERVATION_NAMES,
  ],
  examples: [
    "lloom validator --listen /ip4/0.0.0.0/tcp/4001",
    "lloom validator --weights ./qwen3-8b-q4.gguf",
    "lloom validator --weights tiny --canary-keys 12 --complaint-bonds 20",
    "lloom validator --weights tiny --canary-keys 12 --traffic requests.jsonl",
    "lloom validator --jury off",
    "lloom validator --guards 0x90F79bf6EB2c4f870365E785982E1f101E93b906",
  ],
  run: async (context) => {
    const identity = await openIdentity(context);
    const observation = await openOwnObservation(context, "validator");
    const chain = await openOwnChain(context, identity);
    const host = await openHost(context, { identity, chain, dhtServer: true, relays: true });
    const clock = openClock(context, { chain, host });
    const { settings, stack, log, signal } = context;
    stack.use(lockKey({ scope: scopeOf(chain, identity), role: "a validator" }));
    const db = openLog(context, { file: "validator.sqlite", chain, identity });
    const failed = Promise.withResolvers<LloomError>();
    const watched = <Store extends object>(one: Store): Store => watchStore(one, failed.resolve);
    const store = watched(openValidatorLog(db));
    const offered = (hash: Hex): string | undefined =>
      running.allOffers().find(({ offer }) => offer.profileHash === hash)?.profile;
    const { weights, threads } = settings;
    const fetchVocabulary = signedVocabularies({ directory: dataFile(settings, "vocabularies"), host, signal });
    const judging = { weights: weights.map(weightsFile), threads, offered, fetchVocabulary, signal, log };
    const opened = stack.use(await openJudge(judging));
    const running = stack.use(
      await createValidator(
        { chain, host, store, judge: opened.judge, log },
        {
          jury: settings.jury === "on",
          appeals: settings.appeals,
          appealDeposits: settingAmount(chain, settings, "appealDeposits"),
          guards: settings.guards,
          guardFee: settingAmount(chain, settings, "guardFee"),
          onDuty: (duty) => tellDuty(context, duty),
        },
      ),
    );
    await openAuditing(context, {
      ...{ identity, chain, host, store, weights: opened, validator: running },
      ...{ audited: watched(openAuditLog(db)), onLogFailure: failed.resolve },
    });
    const { address } = identity;
    const observed = { validator: running, store, host, clock, room: openRoom(context) };
    const metrics = await observation.serve(observeValidator(observation.metrics, observed));
    const multiaddrs = host.multiaddrs();
    announce(
      context,
      { event: "ready", role: "validator", address, peerId: host.peerId, multiaddrs, metrics },
      [
        `Validator ${address} is ready; others join with`,
        ...multiaddrs.map((multiaddr) => `  --bootstrap ${multiaddr}`),
        ...metricsLine(metrics),
      ].join("\n"),
    );
    void warnUnreachable(context, host);
    followReach(context, host);
    const failure = await untilStopped(context.signal, failed.promise);
    if (failure === undefined) return;
    log.error({ code: failure.code, problem: failure.message }, "the validator cannot go on");
    throw failure;
  },
};
