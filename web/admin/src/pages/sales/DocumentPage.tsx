import { Alert, Button, Grid, Group, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import { api } from "../../api/client";
import type { SalesDocument } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Confirm } from "../../ui/Confirm";
import { Facts } from "../../ui/Facts";
import { Panel } from "../../ui/Panel";
import { Answered, Empty } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { WholeTable } from "../../ui/WholeTable";
import { Attempts } from "./Attempts";
import { useActing } from "./acting";
import { SyncOne } from "./buttons";
import { DocumentForm } from "./DocumentForm";
import { MappingPanel } from "./MappingPanel";
import { Sales } from "./Sales";
import { DocumentSyncTag } from "./SyncTag";

export function useDocument(id: string) {
  const { key } = useActing();
  return useQuery({
    queryKey: ["sales-documents", "one", key, id],
    queryFn: () => api.get("/api/sales-documents/{id}", { params: { path: { id } } }),
  });
}

export function Component() {
  const { id = "" } = useParams();
  const { text } = useText();
  const document = useDocument(id);
  const t = text.sales;
  return (
    <Sales
      title={document.data?.documentNumber ?? t.detail.document}
      back={{ to: "/documents", label: t.title }}
      lead={
        document.data ? (
          <Group gap="xs">
            <span>{t.types[document.data.documentType] ?? document.data.documentType}</span>
            <DocumentSyncTag status={document.data.syncStatus} />
          </Group>
        ) : undefined
      }
      actions={document.data ? <Actions document={document.data} /> : null}
    >
      <Answered query={document}>{(shown) => <Shown document={shown} />}</Answered>
    </Sales>
  );
}

function Actions({ document }: { document: SalesDocument }) {
  const { text } = useText();
  const t = text.sales.detail;
  const navigate = useNavigate();
  const [editing, edit] = useDisclosure();
  const [asking, confirmation] = useDisclosure();
  const remove = useAct(
    () => api.delete("/api/sales-documents/{id}", { params: { path: { id: document.id } } }),
    {
      told: () => t.deletedToast,
      done: () => void navigate("/documents", { replace: true }),
      stale: ["sales-documents"],
    },
  );
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPencil size={16} aria-hidden />}
        onClick={edit.open}
      >
        {text.common.edit}
      </Button>
      <Button
        variant="default"
        leftSection={<IconTrash size={16} aria-hidden />}
        onClick={confirmation.open}
      >
        {t.delete}
      </Button>
      <SyncOne documentId={document.id} />
      <DocumentForm document={document} opened={editing} onClose={edit.close} />
      <Confirm
        opened={asking}
        title={t.deleteTitle(document.documentNumber)}
        confirm={t.delete}
        danger
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={confirmation.close}
      >
        {t.deleteHelp}
      </Confirm>
    </>
  );
}

function Shown({ document }: { document: SalesDocument }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.sales;
  const { customer } = document;
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Stack gap="lg">
          {document.syncStatus === "conflict" ? (
            <Alert color="red" title={t.syncStates.conflict}>
              <Link
                className="text-link"
                to={`/documents/${encodeURIComponent(document.id)}/conflict`}
              >
                {t.detail.resolve}
              </Link>
            </Alert>
          ) : null}
          <Panel title={t.detail.document}>
            <Facts
              facts={[
                [t.customer, customer.name],
                [
                  t.form.street,
                  `${customer.street}, ${customer.postCode} ${customer.city}, ${customer.country}`,
                ],
                [t.form.taxNumber, customer.taxNumber ?? "–"],
                [t.date, format.day(`${document.documentDate}T00:00`)],
                [t.dueDate, document.dueDate ? format.day(`${document.dueDate}T00:00`) : "–"],
                [t.total, format.money(document.total, document.currency)],
                [t.form.notes, document.notes ?? "–"],
              ]}
            />
          </Panel>
          <Lines document={document} />
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <MappingPanel id={document.id} />
      </Grid.Col>
      <Grid.Col span={12}>
        <Panel title={t.detail.history}>
          <Attempts documentId={document.id} />
        </Panel>
      </Grid.Col>
    </Grid>
  );
}

function Lines({ document }: { document: SalesDocument }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.sales.form;
  const lines = document.lines.map((line, place) => ({ ...line, place }));
  return (
    <Panel title={text.sales.detail.lines}>
      <WholeTable
        label={text.sales.detail.lines}
        rowKey={(line) => line.place}
        rows={lines}
        empty={<Empty title={text.common.none} />}
        columns={[
          { key: "name", header: t.lineName, cell: (line) => line.name ?? line.code },
          {
            key: "quantity",
            header: t.quantity,
            align: "right",
            cell: (line) => `${format.number(line.quantity)} ${line.unit ?? ""}`,
          },
          {
            key: "price",
            header: t.price,
            align: "right",
            cell: (line) => format.money(line.unitPrice, document.currency),
          },
          {
            key: "discount",
            header: t.discount,
            align: "right",
            cell: (line) => line.discountPercent ?? "–",
          },
          {
            key: "tax",
            header: t.tax,
            align: "right",
            cell: (line) => line.taxPercent ?? line.taxCode ?? "–",
          },
        ]}
      />
    </Panel>
  );
}
