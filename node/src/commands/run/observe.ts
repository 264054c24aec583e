import { untilStopped } from "../../daemon.ts";
import type { LloomError } from "../../errors.ts";
import { readiness } from "../../observe/readiness.ts";
import { createObserver } from "../../observer/observer.ts";
import { openObserverServer } from "../../observer/observer-server.ts";
import { wallClock } from "../../primitives/clock.ts";
import { watchStore } from "../../store/database/watch-store.ts";
import { openObserverLog } from "../../store/observer/observer-log.ts";
import { announce, type Command } from "../command.ts";
import { openIdentity, openKeylessChain, openLog, openRoom } from "../open/open.ts";
import { openClock } from "../open/open-clock.ts";
import { openHost } from "../open/open-host.ts";
import { metricsLine, OBSERVATION_NAMES, openOwnObservation } from "../open/open-observation.ts";
import { observeNetwork } from "./observe-network.ts";

/** `lloom observe`: looks at the network, and tells over HTTP what it saw, signed. It buys nothing and sends no transaction. */
export const observe: Command = {
  kind: "daemon",
  settings: ["bootstrap", "mdns", "observerHost", "observerPort", "sampleSeconds", ...OBSERVATION_NAMES],
  // It calls others; nobody has to call it.
  defaults: { listen: [] },
  examples: ["lloom observe", "lloom observe --observer-port 9480 --sample-seconds 30"],
  run: async (context) => {
    const { settings, stack, log } = context;
    const identity = await openIdentity(context);
    const observation = await openOwnObservation(context, "observer");
    const chain = await openKeylessChain(context);
    const peers = await openHost(context, { identity, chain, dhtServer: false });
    const clock = openClock(context, { chain, host: peers });
    const failed = Promise.withResolvers<LloomError>();
    const db = openLog(context, { file: "observer.sqlite", chain, identity });
    const store = watchStore(openObserverLog(db), failed.resolve);
    const { metrics } = observation;
    const observer = stack.use(
      await createObserver(
        { identity, chain, host: peers, store, log },
        {
          sampleMs: settings.sampleSeconds * 1000,
          onSample: (isUp) => metrics.count("lloom_observed_calls_total", { outcome: isUp ? "answered" : "silent" }),
        },
      ),
    );
    const reasons = observeNetwork(metrics, { observer, host: peers, clock, room: openRoom(context) });
    const measured = await observation.serve(reasons);
    const { observerHost: host, observerPort: port } = settings;
    const served = { metrics: () => metrics.text(), ready: () => readiness(reasons), clock: wallClock };
    const { url } = stack.use(await openObserverServer({ host, port, observer, ...served }));
    const { address } = identity;
    announce(
      context,
      { event: "ready", role: "observer", address, peerId: peers.peerId, url, metrics: measured },
      [`Observer ${address} is ready. What it sees, signed:`, `  ${url}/v1/book`, ...metricsLine(measured)].join("\n"),
    );
    const failure = await untilStopped(context.signal, failed.promise);
    if (failure === undefined) return;
    log.error({ code: failure.code, problem: failure.message }, "the observer cannot go on");
    throw failure;
  },
};
