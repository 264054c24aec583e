import { expect, it } from "vitest";
import { gaugesOf, nodeFacts } from "./running-node.ts";

const METRICS = `# HELP lloom_peers Connected peers.
# TYPE lloom_peers gauge
lloom_peers{role="executor"} 3
lloom_num_requests_running{role="executor"} 2
lloom_num_requests_waiting{role="executor"} 5
`;
const shown = (amount: bigint): string => `${amount} tUSD`;

it("reads what a node's metrics say of peers and queue", () => {
  expect(gaugesOf(METRICS)).toEqual({ peers: 3, running: 2, waiting: 5 });
  expect(gaugesOf("lloom_peers_of_others 7\n")).toEqual({ peers: undefined, running: undefined, waiting: undefined });
});

it("says what runs, what it has earned today, and its queue by its metrics or else by its log", () => {
  const node = { roles: { executor: 7 }, today: { total: 9n, answers: 1 }, underWay: 1 };
  const metered = nodeFacts({ ...node, gauges: gaugesOf(METRICS) }, shown);
  expect(metered.map(([label]) => label)).toEqual(["Service", "Version", "Peers", "Queue", "Today"]);
  expect(Object.fromEntries(metered)).toMatchObject({
    ...{ Service: "executor, process 7", Queue: "2 running, 5 waiting", Peers: "3 connected" },
    Today: "9 tUSD earned by 1 answer since midnight UTC",
  });
  const logged = Object.fromEntries(nodeFacts({ ...node, gauges: undefined }, shown));
  expect(logged).toMatchObject({ Queue: "1 request under way" });
  const resting = { roles: {}, today: undefined, underWay: undefined, gauges: undefined };
  expect(nodeFacts(resting, shown)[0]).toEqual(["Service", "nothing runs with this data directory"]);
});
