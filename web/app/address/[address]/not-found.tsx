import { LookedFor } from "../../../components/states/looked-for.tsx";
import { NotFoundPanel } from "../../../components/states/not-found-panel.tsx";

export default function NotFound() {
  return (
    <NotFoundPanel title="Nobody here has this address">
      <LookedFor />
      <p>
        An address is 0x followed by 40 hexadecimal digits: check that it was copied whole. An account shows up once it
        registers, deposits, is paid, or signs for another one. If that was a moment ago, reload this page in a few
        seconds.
      </p>
    </NotFoundPanel>
  );
}
