import { Table } from "@mantine/core";
import type { Difference } from "../../api/types";
import { useFields } from "../../i18n/fields";
import { useText } from "../../i18n/text";
import { useNames } from "./people";

/** Field by field: what the booking says, and what its copy says. */
export function DifferenceTable({ differences }: { differences: Difference[] }) {
  const { text } = useText();
  const fields = useFields(useNames());
  const t = text.bookings;
  return (
    <Table fz="sm" withTableBorder>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.field}</Table.Th>
          <Table.Th scope="col">{t.main}</Table.Th>
          <Table.Th scope="col">{t.mirror}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {differences.map((one) => (
          <Table.Tr key={one.field}>
            <Table.Th scope="row" fw={500}>
              {fields.name(one.field)}
            </Table.Th>
            <Table.Td>{fields.value(one.field, one.main)}</Table.Td>
            <Table.Td>{fields.value(one.field, one.mirror)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
