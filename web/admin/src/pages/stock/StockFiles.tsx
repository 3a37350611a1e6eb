import { Alert, Button, FileButton, List, Menu, Stack } from "@mantine/core";
import { IconChevronDown, IconFileSpreadsheet } from "@tabler/icons-react";
import { useRef } from "react";
import { LockstepError } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { download } from "../../ui/download";
import { sentence } from "../../ui/failure";
import { upload } from "../../ui/upload";
import { useAct } from "../../ui/useAct";

/** Lines that are named, of a file in which more are wrong. */
const MOST_LINES = 10;

interface LineError {
  line: number;
  field?: string | null;
  error: string;
}

/** Takes products and their stock from a CSV file: all of it, or nothing where a line is wrong. */
export function useImport() {
  const { text } = useText();
  const format = useFormat();
  return useAct(
    (file: File) => upload<Schemas["ImportAnswer"]>("/api/stock/import", file, "text/csv"),
    {
      told: (answer) =>
        text.stock.files.imported(
          format.number(answer.lines),
          format.number(answer.productsCreated),
          format.number(answer.productsUpdated),
        ),
      stale: ["products", "movements", "stats"],
      quiet: true,
    },
  );
}

/** All products as a file, and a file as products. */
export function StockFiles({ importing }: { importing: ReturnType<typeof useImport> }) {
  const { text } = useText();
  const t = text.stock.files;
  const reset = useRef<() => void>(null);
  const save = useAct(() => download("/api/stock/export", "stock.csv"));
  const take = (file: File | null) => {
    if (file) importing.mutate(file);
    // The same file can be chosen again when it has been corrected.
    reset.current?.();
  };
  return (
    <FileButton accept=".csv,text/csv" resetRef={reset} onChange={take}>
      {({ onClick }) => (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button
              variant="default"
              loading={save.isPending || importing.isPending}
              leftSection={<IconFileSpreadsheet size={16} aria-hidden />}
              rightSection={<IconChevronDown size={14} aria-hidden />}
            >
              {t.title}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => save.mutate()}>{t.export}</Menu.Item>
            <Menu.Item onClick={onClick}>{t.import}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </FileButton>
  );
}

/** Why a file was not taken, line by line. */
export function ImportFailure({ error }: { error: unknown }) {
  const { text } = useText();
  const t = text.stock.files;
  if (!error) return null;
  const given = error instanceof LockstepError ? error.body.lines : undefined;
  const lines = Array.isArray(given) ? (given as LineError[]).slice(0, MOST_LINES) : [];
  return (
    <Alert color="red" role="alert" title={t.refused}>
      <Stack gap="xs">
        {sentence(error, text)}
        {lines.length > 1 ? (
          <List size="sm">
            {lines.map((one) => (
              <List.Item key={`${one.line} ${one.field}`}>{t.line(one.line, one.error)}</List.Item>
            ))}
          </List>
        ) : null}
      </Stack>
    </Alert>
  );
}
