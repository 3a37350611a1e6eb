import { Button, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconCloudDownload } from "@tabler/icons-react";
import { Link } from "react-router";
import { api } from "../../api/client";
import { useText } from "../../i18n/text";
import { Confirm } from "../../ui/Confirm";
import { useAct } from "../../ui/useAct";
import { useLocations } from "./locations";

/** Which server to sync from; the preview comes first. */
export function SyncMenu() {
  const { text } = useText();
  const t = text.directory.users;
  const locations = useLocations().data?.items ?? [];
  const [asking, confirmation] = useDisclosure();
  const all = useAct(
    () => api.post("/api/user-sync/sync-all", { params: { query: { wait: true } }, body: {} }),
    {
      told: ({ runs }) => {
        const failed = runs.filter(({ status }) => status === "failed").length;
        return t.syncAllDone(runs.length - failed, failed);
      },
      stale: ["directory-users", "runs", "locations"],
      done: confirmation.close,
    },
  );
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <Button
            leftSection={<IconCloudDownload size={16} aria-hidden />}
            rightSection={<IconChevronDown size={14} aria-hidden />}
          >
            {t.syncFrom}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {locations.length === 0 ? (
            <Menu.Item component={Link} to="/locations">
              {t.noServers}
            </Menu.Item>
          ) : null}
          {locations.map((one) => (
            <Menu.Item key={one.id} component={Link} to={`/users/sync/${one.id}`}>
              {t.syncOne(one.locationName)}
            </Menu.Item>
          ))}
          {locations.length > 1 ? (
            <>
              <Menu.Divider />
              <Menu.Item onClick={confirmation.open}>{t.syncAll}</Menu.Item>
            </>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={asking}
        title={t.syncAllTitle}
        confirm={t.syncAll}
        busy={all.isPending}
        onConfirm={() => all.mutate()}
        onClose={confirmation.close}
      >
        {t.syncAllHelp}
      </Confirm>
    </>
  );
}
