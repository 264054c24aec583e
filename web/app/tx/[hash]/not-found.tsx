import { LookedFor } from "../../../components/states/looked-for.tsx";
import { NotFoundPanel } from "../../../components/states/not-found-panel.tsx";

export default function NotFound() {
  return (
    <NotFoundPanel title="This transaction did nothing here">
      <LookedFor />
      <p>
        A transaction hash is 0x followed by 64 hexadecimal digits: check that it was copied whole. It may not be
        indexed yet, may belong to another network, or may have moved no money and no dispute. If it was sent a moment
        ago, reload this page in a few seconds.
      </p>
    </NotFoundPanel>
  );
}
