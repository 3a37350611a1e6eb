import { useFields } from "../i18n/fields";

interface Change {
  field: string;
  from?: unknown;
  to?: unknown;
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === "";
}

/** Both fields say the same state, in the words of the apps and of the panel: once is enough. */
function once(changes: Change[]): Change[] {
  const both = changes.some(({ field }) => field === "status");
  return both ? changes.filter(({ field }) => field !== "assignedStatus") : changes;
}

/** What changed: the fields by name, before and after; of what is new only what it is. */
export function Changes(props: { changes: Change[]; people?: (id: string) => string | undefined }) {
  const fields = useFields(props.people);
  const isNew = props.changes.length > 1 && props.changes.every(({ from }) => isNothing(from));
  const shown = once(props.changes).filter(({ to }) => !(isNew && isNothing(to)));
  const said = ({ field, from, to }: Change) =>
    isNothing(from)
      ? `${fields.name(field)}: ${fields.value(field, to)}`
      : `${fields.name(field)}: ${fields.value(field, from)} → ${fields.value(field, to)}`;
  if (isNew) return shown.map(said).join(" · ");
  return shown.map((one) => <div key={one.field}>{said(one)}</div>);
}
