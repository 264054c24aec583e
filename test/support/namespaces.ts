/** Machines on a network of this test's own, in network namespaces: an internet, two routers with NAT, a home behind each. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** In these namespaces alone; no packet of theirs leaves them. */
const INTERNET = "5.5.5";
const HOME = "192.168.77";
const OTHER_HOME = "192.168.88";

export const ADDRESSES = {
  router: `${INTERNET}.1`,
  validator: `${INTERNET}.10`,
  client: `${INTERNET}.20`,
  home: `${HOME}.2`,
  neighbour: `${HOME}.3`,
  /** Behind it somebody has forwarded TCP 4001 by hand to `away`. */
  otherRouter: `${INTERNET}.2`,
  away: `${OTHER_HOME}.2`,
} as const;
/** The router's address in the home. */
export const ROUTER_INSIDE = `${HOME}.1`;
export type Machine = keyof typeof ADDRESSES;

const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });

/** Why there can be no such network here; undefined where there can. */
export function namespacesProblem(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "network namespaces take Linux, and root";
  const probe = `llp${process.pid}`;
  try {
    run("ip", "netns", "add", probe);
  } catch (cause) {
    return `ip netns add failed: ${String(cause).split("\n")[0]}`;
  }
  try {
    run("ip", "netns", "exec", probe, "nft", "add", "table", "ip", "probe");
    return undefined;
  } catch (cause) {
    return `nft, which makes the NAT, does not work: ${String(cause).split("\n")[0]}`;
  } finally {
    run("ip", "netns", "del", probe);
  }
}

/** A program on one of the machines, which prints and reads JSON, a line each. */
export interface MachineProgram {
  readonly said: readonly Record<string, unknown>[];
  tell(command: object): void;
}

/** The network; disposing of it ends its programs and takes it down. */
export class TestInternet implements Disposable {
  readonly #prefix = `ll${process.pid}`;
  readonly #programs: ChildProcess[] = [];
  readonly #namespaces: string[] = [];

  constructor() {
    try {
      this.#build();
    } catch (thrown) {
      this[Symbol.dispose]();
      throw thrown;
    }
  }

  /** Starts a script of TypeScript on a machine. */
  start(machine: Machine, script: URL, args: readonly string[]): MachineProgram {
    const child = spawn("ip", [...this.nodeOn(machine), fileURLToPath(script), ...args], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#programs.push(child);
    const said: Record<string, unknown>[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => said.push(JSON.parse(line)));
    return { said, tell: (told) => void child.stdin.write(`${JSON.stringify(told)}\n`) };
  }

  /** What follows `ip` to run Node on a machine. */
  nodeOn(machine: Machine): string[] {
    return ["netns", "exec", this.#name(machine), process.execPath];
  }

  [Symbol.dispose](): void {
    for (const program of this.#programs) program.kill("SIGKILL");
    for (const name of this.#namespaces) run("ip", "netns", "del", name);
  }

  #build(): void {
    for (const name of ["internet", ...Object.keys(ADDRESSES)]) {
      run("ip", "netns", "add", this.#name(name));
      this.#namespaces.push(this.#name(name));
      this.#in(name, "ip", "link", "set", "lo", "up");
    }
    this.#in("internet", "ip", "link", "add", "br0", "type", "bridge");
    this.#in("internet", "ip", "link", "set", "br0", "up");
    for (const name of ["validator", "client", "router", "otherRouter"] as const) {
      this.#wire(["internet", name], [name, "wan"]);
      this.#in("internet", "ip", "link", "set", name, "master", "br0");
      this.#in(name, "ip", "address", "add", `${ADDRESSES[name]}/24`, "dev", "wan");
    }
    this.#furnish("router", ROUTER_INSIDE, ["home", "neighbour"]);
    this.#furnish("otherRouter", `${OTHER_HOME}.1`, ["away"]);
    for (const line of [
      `add rule ip nat pre iifname wan tcp dport 4001 dnat to ${ADDRESSES.away}:4001`,
      "insert rule ip filter forward iifname wan ct status dnat accept",
    ])
      this.#in("otherRouter", "nft", ...line.split(" "));
  }

  /** Puts machines behind a router. */
  #furnish(router: Machine, inside: string, machines: readonly Machine[]): void {
    this.#in(router, "ip", "link", "add", "lan", "type", "bridge");
    this.#in(router, "ip", "address", "add", `${inside}/24`, "dev", "lan");
    this.#in(router, "ip", "link", "set", "lan", "up");
    for (const name of machines) {
      this.#wire([router, name], [name, "wan"]);
      this.#in(router, "ip", "link", "set", name, "master", "lan");
      this.#in(name, "ip", "address", "add", `${ADDRESSES[name]}/24`, "dev", "wan");
      this.#in(name, "ip", "route", "add", "default", "via", inside);
    }
    this.#in(router, "sysctl", "-qw", "net.ipv4.ip_forward=1");
    for (const line of ROUTER_RULES) this.#in(router, "nft", ...line.split(" "));
  }

  /** A cable between two machines, with the name of its end on each. */
  #wire([one, nameThere]: readonly [string, string], [other, name]: readonly [string, string]): void {
    const ends = ["link", "add", nameThere, "type", "veth", "peer", "name", name, "netns", this.#name(other)];
    this.#in(one, "ip", ...ends);
    this.#in(one, "ip", "link", "set", nameThere, "up");
    this.#in(other, "ip", "link", "set", name, "up");
  }

  #name(machine: string): string {
    return `${this.#prefix}${machine}`;
  }

  #in(machine: string, ...command: readonly string[]): void {
    run("ip", "netns", "exec", this.#name(machine), ...command);
  }
}

/** In the router's own process: it sends what comes to its port on to a machine of the home. */
export function forwardHere({ outer, to }: { readonly outer: number; readonly to: string }): void {
  const rule = (...words: readonly string[]) => run("nft", ...words.flatMap((word) => word.split(" ")));
  rule("add rule ip nat pre iifname wan", `tcp dport ${outer}`, "dnat to", to);
  rule("insert rule ip filter forward iifname wan ct status dnat accept");
}

/** What comes from the home goes out under the router's own address; from outside comes only what answers that. */
const ROUTER_RULES = [
  "add table ip nat",
  "add chain ip nat post { type nat hook postrouting priority 100 ; }",
  "add chain ip nat pre { type nat hook prerouting priority -100 ; }",
  "add rule ip nat post oifname wan masquerade",
  "add table ip filter",
  "add chain ip filter forward { type filter hook forward priority 0 ; policy drop ; }",
  "add rule ip filter forward ct state established,related accept",
  "add rule ip filter forward iifname lan accept",
];
