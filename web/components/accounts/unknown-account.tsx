import { LookedFor } from "../states/looked-for.tsx";
import { NotFoundPanel } from "../states/not-found-panel.tsx";

interface UnknownAccountProps {
  /** Role that the page would be about. */
  readonly party: "executor" | "client" | "validator";
}

/** Stands in for an account that the indexer does not know in this role. */
export function UnknownAccount({ party }: UnknownAccountProps) {
  return (
    <NotFoundPanel title={`No ${party} with this address`}>
      <LookedFor />
      <p>
        An address is 0x followed by 40 hexadecimal digits: check that it was copied whole. The network may know it in
        another role: search for it in the box above. If it was used a moment ago, reload this page in a few seconds.
      </p>
    </NotFoundPanel>
  );
}
