import { ActionIcon, Button, Fieldset, Group, NumberInput, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useText } from "../../i18n/text";
import type { DocumentFormApi } from "./DocumentForm";
import { blankLine } from "./documentValues";

export function LineFields({ form }: { form: DocumentFormApi }) {
  const { text } = useText();
  const t = text.sales.form;
  return (
    <Fieldset legend={t.lines}>
      <Stack gap="md">
        {form.values.lines.map((line, index) => (
          <Stack key={line.key} gap={6}>
            <Group wrap="nowrap" align="flex-end" gap="xs">
              <TextInput
                label={t.lineName}
                maxLength={200}
                flex={1}
                {...form.getInputProps(`lines.${index}.name`)}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                disabled={form.values.lines.length === 1}
                aria-label={t.removeLine(index + 1)}
                onClick={() => form.removeListItem("lines", index)}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </Group>
            <Group grow gap="xs" align="flex-start" preventGrowOverflow={false}>
              <NumberInput
                label={t.quantity}
                min={0}
                {...form.getInputProps(`lines.${index}.quantity`)}
              />
              <TextInput
                label={t.unit}
                maxLength={20}
                {...form.getInputProps(`lines.${index}.unit`)}
              />
              <NumberInput label={t.price} {...form.getInputProps(`lines.${index}.unitPrice`)} />
              <NumberInput
                label={t.discount}
                min={0}
                max={100}
                {...form.getInputProps(`lines.${index}.discountPercent`)}
              />
              <NumberInput
                label={t.tax}
                min={0}
                max={100}
                {...form.getInputProps(`lines.${index}.taxPercent`)}
              />
            </Group>
          </Stack>
        ))}
        <Button
          variant="subtle"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => form.insertListItem("lines", blankLine())}
        >
          {t.addLine}
        </Button>
      </Stack>
    </Fieldset>
  );
}
