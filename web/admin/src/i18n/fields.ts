import { type Format, useFormat } from "./format";
import { useText } from "./text";

/** The names and values of the API's fields, in words. */
export interface Fields {
  name: (field: string) => string;
  value: (field: string, value: unknown) => string;
}

const LINE = /^lines\[(\d+)\]\.(.+)$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T/;

/** Days and moments as the language writes them; anything else as it stands. */
function written(value: unknown, format: Format): string {
  if (typeof value === "number") return format.number(value);
  if (typeof value === "object") return JSON.stringify(value);
  const text = String(value);
  if (DAY.test(text)) return format.day(`${text}T00:00`);
  return MOMENT.test(text) ? format.moment(text) : text;
}

/** `people` knows names by their ids. */
export function useFields(people?: (id: string) => string | undefined): Fields {
  const { text } = useText();
  const format = useFormat();
  const { names, values, line } = text.fields;
  const name = (field: string): string => {
    const [, index, inner] = field.match(LINE) ?? [];
    if (index !== undefined && inner !== undefined) return line(Number(index) + 1, name(inner));
    return names[field] ?? field;
  };
  const value = (field: string, given: unknown): string => {
    if (given === null || given === undefined || given === "") return "–";
    if (given === true || given === "true") return text.common.yes;
    if (given === false || given === "false") return text.common.no;
    const word = String(given);
    switch (field) {
      case "customerId":
      case "partnerId":
        return people?.(word) ?? word;
      case "assignedStatus":
        return text.bookings.assignedStates[word] ?? word;
      case "status":
        return text.bookings.states[word] ?? values.status?.[word] ?? word;
      default:
        return values[field]?.[word] ?? written(given, format);
    }
  };
  return { name, value };
}
