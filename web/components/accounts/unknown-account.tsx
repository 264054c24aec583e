import { NotFoundPanel } from "../states/not-found-panel.tsx";

interface UnknownAccountProps {
  /** Role that the page would be about. */
  readonly party: "executor" | "client" | "validator";
  readonly address: string;
  /** Whether the address has the form of one. */
  readonly wellFormed: boolean;
}

/** Stands in for an account that the indexer does not know in this role. */
export function UnknownAccount({ party, address, wellFormed }: UnknownAccountProps) {
  return (
    <NotFoundPanel title={`No ${party} with this address`}>
      <p className="font-mono text-[0.875rem]">{address.slice(0, 120)}</p>
      {wellFormed ? (
        <p>
          The network has not seen it as {party === "executor" ? "an" : "a"} {party}. It may have another role: search
          for the address in the box above. If it was used a moment ago, this page shows it as soon as the indexer has
          the block.
        </p>
      ) : (
        <p>An address is 0x followed by 40 hexadecimal digits. Check that it was copied whole.</p>
      )}
    </NotFoundPanel>
  );
}
