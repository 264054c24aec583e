import { LookedFor } from "../../../components/states/looked-for.tsx";
import { NotFoundPanel } from "../../../components/states/not-found-panel.tsx";

export default function NotFound() {
  return (
    <NotFoundPanel title="No model with this hash">
      <LookedFor />
      <p>
        Models show up with the first settlement that pays for them. A name is found by the search, which hashes it.
      </p>
    </NotFoundPanel>
  );
}
