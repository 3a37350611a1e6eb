import {
  Alert,
  Button,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Stack,
  TextInput,
} from "@mantine/core";
import { useEffect, useState } from "react";
import { api } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { sentence } from "../../ui/failure";
import { useAct } from "../../ui/useAct";

export interface Adjusted {
  productId: string;
  size: string;
  color: string;
}

/** Changes the number of a variant by hand, with a reason for the ledger. */
export function AdjustModal({
  adjusted,
  onClose,
}: {
  adjusted: Adjusted | undefined;
  onClose: () => void;
}) {
  const { text } = useText();
  const format = useFormat();
  const t = text.stock;
  const [how, setHow] = useState<string>("delta");
  const [value, setValue] = useState<number | string>("");
  const [reason, setReason] = useState("");
  const adjust = useAct(
    ({ productId, size, color }: Adjusted) =>
      api.post("/api/products/{id}/stock/adjust", {
        params: { path: { id: productId } },
        body: {
          size,
          color,
          [how]: Number(value),
          ...(reason ? { reason } : {}),
        },
      }),
    {
      told: ({ stock }) => t.adjustedToast(format.number(stock)),
      stale: ["products", "movements"],
      quiet: true,
      done: onClose,
    },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins anew with each variant
  useEffect(() => {
    setValue("");
    setReason("");
    adjust.reset();
  }, [adjusted]);
  return (
    <Modal
      opened={adjusted !== undefined}
      onClose={onClose}
      title={adjusted ? t.adjustTitle(`${adjusted.size} ${adjusted.color}`) : ""}
      centered
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (adjusted) adjust.mutate(adjusted);
        }}
      >
        <Stack>
          {adjust.error ? (
            <Alert color="red" role="alert">
              {sentence(adjust.error, text)}
            </Alert>
          ) : null}
          <SegmentedControl
            fullWidth
            aria-label={t.adjust}
            value={how}
            onChange={setHow}
            data={[
              { value: "delta", label: t.adjustBy },
              { value: "set", label: t.adjustTo },
            ]}
          />
          <NumberInput
            label={t.adjustValue}
            value={value}
            onChange={setValue}
            allowDecimal={false}
            data-autofocus
          />
          <TextInput
            label={t.reason}
            description={t.reasonHelp}
            value={reason}
            maxLength={200}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {text.common.cancel}
            </Button>
            <Button type="submit" loading={adjust.isPending} disabled={value === ""}>
              {t.adjust}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
