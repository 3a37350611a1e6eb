import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { StrictMode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { INDONESIAN, LockstepProvider, SyncSalesDocumentButton } from "../src/index.js";
import { violations } from "./axe.js";
import { FakeGateway } from "./fake.js";

let gateway: FakeGateway;
beforeEach(() => {
  gateway = new FakeGateway();
});
afterEach(cleanup);

const DONE = {
  success: true,
  documentId: "d1",
  metakockaId: "m1",
  metakockaNumber: "2026-17",
  syncStatus: "synced",
};

function show(props: Partial<Parameters<typeof SyncSalesDocumentButton>[0]> = {}) {
  const element = (more: object = {}) => (
    <StrictMode>
      <LockstepProvider client={gateway.client}>
        <SyncSalesDocumentButton documentId="d1" {...props} {...more} />
      </LockstepProvider>
    </StrictMode>
  );
  const { rerender, container, unmount } = render(element());
  return { again: (more: object) => rerender(element(more)), container, unmount };
}

const button = () => screen.getByRole("button");
const status = () => screen.getByRole("status").textContent;

test("it begins idle and asks nothing", () => {
  show();
  expect(button().textContent).toBe("Sync to Metakocka");
  expect(status()).toBe("");
  expect(gateway.seen).toEqual([]);
});

test("pressed, it is busy until the gateway answers, and then says as what it was synced", async () => {
  const answer = gateway.later();
  const onSynced = vi.fn();
  const { container } = show({ onSynced, organizationId: "o1", testMode: true });
  await userEvent.click(button());
  expect(container.querySelector("[data-state=busy]")?.getAttribute("aria-busy")).toBe("true");
  expect(button().getAttribute("aria-disabled")).toBe("true");
  expect(status()).toBe("Syncing…");

  answer(DONE);
  expect(await screen.findByText("Synced as 2026-17")).toBe(screen.getByRole("status"));
  expect(container.querySelector("[data-state=done]")?.getAttribute("aria-busy")).toBe("false");
  expect(onSynced).toHaveBeenCalledExactlyOnceWith(DONE);
  const [call] = gateway.seen;
  expect(call).toMatchObject({
    method: "POST",
    path: "/api/integrations/metakocka/sales-documents/sync",
    body: { documentId: "d1" },
  });
  expect(call?.headers.get("x-organization-id")).toBe("o1");
  expect(call?.headers.get("x-test-mode")).toBe("true");
});

test("a second press while it is busy is none, and the focus stays", async () => {
  const answer = gateway.later();
  show();
  await userEvent.dblClick(button());
  await userEvent.keyboard("{Enter}");
  expect(document.activeElement).toBe(button());
  answer(DONE);
  await screen.findByText("Synced as 2026-17");
  expect(gateway.seen).toHaveLength(1);
});

test("a failure is told with its reason, and can be tried again", async () => {
  gateway.refuse(502, "upstream_failed", "Metakocka refused: unknown tax code");
  const { container } = show();
  await userEvent.click(button());
  await screen.findByText("Not synced: Metakocka refused: unknown tax code");
  expect(container.querySelector("[data-state=failed]")).not.toBeNull();
  expect(button().textContent).toBe("Try again");

  gateway.answer(DONE);
  await userEvent.click(button());
  await screen.findByText("Synced as 2026-17");
  expect(button().textContent).toBe("Sync to Metakocka");
});

test("a gateway that cannot be reached is a reason too", async () => {
  show();
  await userEvent.click(button());
  await screen.findByText("Not synced: The gateway cannot be reached");
});

test("another document begins anew, and does not hear of the old one", async () => {
  const answer = gateway.later();
  const onSynced = vi.fn();
  const { again } = show({ onSynced });
  await userEvent.click(button());
  again({ documentId: "d2" });
  expect(status()).toBe("");
  answer(DONE);
  gateway.answer({ ...DONE, documentId: "d2", metakockaNumber: "2026-18" });
  await userEvent.click(button());
  await screen.findByText("Synced as 2026-18");
  expect(onSynced).toHaveBeenCalledOnce();
});

test("it speaks other languages", () => {
  show({ labels: INDONESIAN });
  expect(button().textContent).toBe("Sinkronkan ke Metakocka");
});

test("it is usable without eyes in every state", async () => {
  const { container } = show();
  expect(await violations(container)).toEqual([]);
  const answer = gateway.later();
  await userEvent.click(button());
  expect(await violations(container)).toEqual([]);
  answer(DONE);
  await screen.findByText("Synced as 2026-17");
  expect(await violations(container)).toEqual([]);
});

test("without a gateway it says what is missing", () => {
  const silence = vi.spyOn(console, "error").mockReturnValue();
  expect(() => render(<SyncSalesDocumentButton documentId="d1" />)).toThrow("LockstepProvider");
  silence.mockRestore();
});
