// The home's router of `namespaces.ts` begins to speak UPnP: `nat-router.ts`. Prints what it forwards, a line each.

import { startIgd } from "./igd.ts";
import { ADDRESSES, forwardHere, ROUTER_INSIDE } from "./namespaces.ts";

const forwarded = new Set<number>();
await startIgd({
  host: ROUTER_INSIDE,
  multicast: true,
  outside: ADDRESSES.router,
  // As if the neighbour had that port.
  refuse: ({ outer }) => (outer === 4001 ? 718 : undefined),
  onMapped: (mapping) => {
    if (forwarded.has(mapping.outer)) return;
    forwarded.add(mapping.outer);
    forwardHere({ outer: mapping.outer, to: `${mapping.client}:${mapping.port}` });
    process.stdout.write(`${JSON.stringify({ mapped: mapping })}\n`);
  },
});
process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
