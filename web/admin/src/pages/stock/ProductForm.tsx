import {
  ActionIcon,
  Alert,
  Button,
  Drawer,
  Fieldset,
  Group,
  NumberInput,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { type FormRulesRecord, type UseFormReturnType, useForm } from "@mantine/form";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useEffect } from "react";
import { useNavigate } from "react-router";
import { api } from "../../api/client";
import type { Product } from "../../api/types";
import { useText } from "../../i18n/text";
import { sentence } from "../../ui/failure";
import { useAct } from "../../ui/useAct";

interface Variant {
  key: string;
  size: string;
  color: string;
  stock: number | string;
}

interface Values {
  id: string;
  title: string;
  description: string;
  price: number | string;
  currency: string;
  variants: Variant[];
}

let keys = 0;
function variant(size = "", color = "", stock: number | string = ""): Variant {
  keys += 1;
  return { key: String(keys), size, color, stock };
}

function initial(product: Product | undefined): Values {
  if (!product) {
    return {
      id: "",
      title: "",
      description: "",
      price: "",
      currency: "EUR",
      variants: [variant()],
    };
  }
  return {
    id: product._id,
    title: product.title,
    description: product.description ?? "",
    price: product.price,
    currency: product.currency,
    variants: product.sizeVariants.flatMap(({ size, colorVariants }) =>
      colorVariants.map(({ color, stock }) => variant(size, color, stock)),
    ),
  };
}

/** The variants as the API takes them: sizes, and in each its colours. */
function sizes(variants: Variant[]) {
  const bySize = new Map<string, { color: string; stock: number }[]>();
  for (const { size, color, stock } of variants) {
    const colors = bySize.get(size) ?? [];
    colors.push({ color, stock: Number(stock) || 0 });
    bySize.set(size, colors);
  }
  return [...bySize].map(([size, colorVariants]) => ({ size, colorVariants }));
}

function useSave(product: Product | undefined, onClose: () => void) {
  const { text } = useText();
  const navigate = useNavigate();
  return useAct(
    (values: Values) => {
      const body = {
        title: values.title,
        description: values.description || null,
        price: Number(values.price) || 0,
        currency: values.currency,
      };
      if (product) {
        const params = { path: { id: product._id } };
        return api.put("/api/products/{id}", { params, body });
      }
      const id = values.id.trim();
      return api.post("/api/products", {
        body: {
          ...body,
          ...(id ? { _id: id } : {}),
          sizeVariants: sizes(values.variants),
        },
      });
    },
    {
      told: ({ title }) =>
        product ? text.stock.savedToast(title) : text.stock.createdToast(title),
      stale: ["products", "movements"],
      quiet: true,
      done: ({ _id }) => {
        onClose();
        if (!product) void navigate(`/products/${encodeURIComponent(_id)}`);
      },
    },
  );
}

/** Makes a product with its variants, or changes what is said of `product`; its numbers are adjusted, not typed over. */
export function ProductForm(props: { product?: Product; opened: boolean; onClose: () => void }) {
  const { text } = useText();
  const t = text.stock;
  const save = useSave(props.product, props.onClose);
  const required = (value: string) => (value.trim() ? null : text.session.required);
  const form = useForm<Values>({
    initialValues: initial(props.product),
    validate: {
      title: required,
      variants: props.product ? {} : { size: required, color: required },
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins anew whenever it is opened
  useEffect(() => {
    if (!props.opened) return;
    form.setValues(initial(props.product));
    form.clearErrors();
    save.reset();
  }, [props.opened]);
  return (
    <Drawer
      opened={props.opened}
      onClose={props.onClose}
      position="right"
      title={props.product ? t.edit : t.create}
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack>
          {save.error ? (
            <Alert color="red" role="alert">
              {sentence(save.error, text)}
            </Alert>
          ) : null}
          <TextInput label={t.name} maxLength={200} {...form.getInputProps("title")} />
          {props.product ? null : (
            <TextInput
              label={t.id}
              description={t.idHelp}
              maxLength={128}
              {...form.getInputProps("id")}
            />
          )}
          <Textarea
            label={t.description}
            autosize
            minRows={2}
            maxLength={4000}
            {...form.getInputProps("description")}
          />
          <Group grow align="flex-start">
            <NumberInput
              label={t.price}
              min={0}
              decimalScale={4}
              {...form.getInputProps("price")}
            />
            <TextInput label={t.currency} maxLength={8} {...form.getInputProps("currency")} />
          </Group>
          {props.product ? null : <Variants form={form} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {text.common.cancel}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {props.product ? text.common.save : text.common.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}

function Variants({ form }: { form: UseFormReturnType<Values, Values, FormRulesRecord<Values>> }) {
  const { text } = useText();
  const t = text.stock;
  return (
    <Fieldset legend={t.variants}>
      <Text size="xs" c="dimmed" mb="xs">
        {t.variantsHelp}
      </Text>
      <Stack gap="xs">
        {form.values.variants.map((one, index) => (
          <Group key={one.key} gap="xs" align="flex-end" wrap="nowrap">
            <TextInput label={t.size} {...form.getInputProps(`variants.${index}.size`)} />
            <TextInput label={t.color} {...form.getInputProps(`variants.${index}.color`)} />
            <NumberInput
              label={t.inStock}
              min={0}
              {...form.getInputProps(`variants.${index}.stock`)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              disabled={form.values.variants.length === 1}
              aria-label={t.removeVariant(`${one.size} ${one.color}`)}
              onClick={() => form.removeListItem("variants", index)}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="subtle"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => form.insertListItem("variants", variant())}
        >
          {t.addVariant}
        </Button>
      </Stack>
    </Fieldset>
  );
}
