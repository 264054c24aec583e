/** What the facts of the network mean: ports, peers, clock, reachability, own offers. Pure. */
import { clockError } from "../../clock/clock-evidence.ts";
import { clockMend, clockProblem } from "../../clock/clock-problem.ts";
import type { LloomError } from "../../errors.ts";
import { reachRemedy, reachSentence } from "../reach-words.ts";
import { counted } from "../words.ts";
import type { ClockFacts, OffersFacts, PeersFacts, PortFacts, PortsFacts, ReachFacts, Unit } from "./facts.ts";
import { type Finding, fine, skipped, warning, wrong } from "./finding.ts";
import { COMMAND_OF } from "./judge-machine.ts";

export function judgePorts({ ports, roles, running }: PortsFacts): Finding[] {
  const isRunning = Object.keys(running).length > 0;
  const named = ports.filter(({ port }) => port !== 0);
  if (named.length === 0) return [fine("any free one")];
  const role = (["executor", "validator", "client"] as const).find((one) => roles.has(one)) ?? "executor";
  return named.map((port) => judgePort(port, { command: COMMAND_OF[role], isRunning }));
}

function judgePort(
  { address, flag, port, state, problem }: PortFacts,
  { command, isRunning }: { readonly command: string; readonly isRunning: boolean },
): Finding {
  const start = flag === "port" ? COMMAND_OF.client : command;
  const another = flag === "listen" ? address.replace(`/${port}`, `/${port + 1}`) : String(port + 1);
  if (state === "refused")
    return wrong(
      `This machine cannot listen on ${address}: ${problem}.`,
      `${start} --${flag} ${flag === "listen" ? "/ip4/0.0.0.0/tcp/4001" : another}`,
    );
  if (isRunning) {
    if (state === "answers") return fine(`${address} answers`);
    return flag === "listen"
      ? wrong(
          `The node runs, and does not answer at ${address}: it was started with other settings.`,
          `kill -INT PID && ${start}   # PID: see service`,
        )
      : skipped(`${address} is not used by what runs`);
  }
  return state === "free"
    ? fine(`${address} is free`)
    : wrong(`Another program listens on ${address}.`, `${start} --${flag} ${another}`);
}

const NAME_PEERS = "export LLOOM_BOOTSTRAP=/ip4/VALIDATOR/tcp/4001/p2p/16Uiu2HAm...   # lloom validator prints its own";

export function judgePeers({ bootstrap, connected }: PeersFacts): Finding[] {
  if (bootstrap.length === 0)
    return [
      wrong("No peer is named to join the network through: nobody is found, and nobody finds this node.", NAME_PEERS),
    ];
  const silent = bootstrap.filter(({ problem }) => problem !== undefined);
  const alive = bootstrap.filter(({ problem }) => problem === undefined).map(({ address }) => address);
  if (alive.length === 0)
    return [
      wrong(
        `None of the ${bootstrap.length === 1 ? "one peer that is named answers" : `${bootstrap.length} peers that are named answers`}: ${silent[0]?.address}: ${silent[0]?.problem}.`,
        NAME_PEERS,
      ),
    ];
  return [
    fine(`${connected} connected, ${alive.length} of ${bootstrap.length} named ones answer`),
    ...silent.map(({ address, problem }) =>
      warning(`${address} does not answer: ${problem}.`, `export LLOOM_BOOTSTRAP=${alive.join(",")}`),
    ),
  ];
}

export function judgeClock({ evidence, platform }: ClockFacts): Finding[] {
  if (evidence.peers.length === 0 && evidence.chain === undefined)
    return [skipped("neither peers nor blocks tell the time")];
  const error = clockError(evidence);
  if (error === undefined) return [fine(`agrees with ${witnesses(evidence)}`)];
  return [wrong(clockProblem(error, platform).message, clockMend(platform))];
}

function witnesses({ peers, chain }: ClockFacts["evidence"]): string {
  const count = peers.length === 0 ? [] : [counted(peers.length, "peer")];
  return [...count, ...(chain === undefined ? [] : ["the chain's blocks"])].join(" and ");
}

export function judgeReach({ found, by, listen, role, isTooNear }: ReachFacts): Finding[] {
  const [, port = "0"] = /\/(?:tcp|udp)\/(\d+)/.exec(listen[0] ?? "") ?? [];
  const open = `${COMMAND_OF[role]} --listen /ip4/0.0.0.0/tcp/${port === "0" ? "4001" : port}`;
  if (isTooNear)
    return [
      wrong(`Others cannot dial this node: it listens on ${listen.join(", ")} alone, and its network is wider.`, open),
    ];
  const sentence = reachSentence(found);
  const said = by === "node" ? `${sentence} (the node's word)` : sentence;
  switch (found.type) {
    case "machine":
    case "open":
      return [fine(said)];
    case "untried":
      return [warning(`No validator has dialled this node back: nobody knows whether others reach it.`, NAME_PEERS)];
    case "closed": {
      const judged = found.relayed ? warning : wrong;
      const [protocol, number] = /\/(tcp|udp)\/(\d+)/.exec(found.ends[0] ?? "")?.slice(1, 3) ?? [];
      const mend =
        number === undefined ? open : `sudo ufw allow ${number}/${protocol}   # and forward it on the router`;
      return [judged(`${capital(said)}. ${reachRemedy(found) ?? ""}`.trim(), mend)];
    }
  }
}

/** Where the node's ports are taken, or not this machine's, nobody can be asked to dial them. */
export const reachFailure = ({ code, message, next }: LloomError): Finding =>
  code === "PORT_TAKEN" || code === "CONFIG_INVALID"
    ? skipped("not tried: this machine cannot listen there; see ports")
    : wrong(`${message} ${next}`, "lloom doctor --only reach");

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

export function judgeOffers({ isRunning, own, executors, standings, unit }: OffersFacts): Finding[] {
  const others = counted(executors, "executor");
  if (own.length > 0)
    return [
      fine(`the network tells of ${own.map(({ model }) => model).join(", ")}; ${others} in all`),
      ...standings.flatMap((standing) => judgePrice(standing, unit)),
    ];
  if (!isRunning) return [skipped("no executor runs, so that it offers nothing")];
  return [wrong(`The executor runs, and nobody tells of its offers; of ${others} they do.`, "lloom status --why")];
}

/** Who knows nobody asks the cheapest first. A running executor takes new prices from its file alone. */
function judgePrice({ model, offers, rank, next }: OffersFacts["standings"][number], { plain }: Unit): Finding[] {
  const rivals = offers - 1;
  if (rivals === 0 || rank !== offers || next === undefined) return [];
  const prices = `--inbound-price ${plain(next.inboundPrice)} --outbound-price ${plain(next.outboundPrice)}`;
  return [
    warning(
      `Its prices for ${model} are above those of ${rivals === 1 ? "the other executor" : `all ${rivals} others`}: only who knows it buys from it.`,
      `lloom executor ${prices}   # or in lloom.toml, and kill -HUP PID`,
    ),
  ];
}
