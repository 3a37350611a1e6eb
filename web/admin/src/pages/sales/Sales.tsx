import { Alert, Button, Group, Select, Switch, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { Link } from "react-router";
import { api } from "../../api/client";
import { actAs } from "../../api/organization";
import { useText } from "../../i18n/text";
import { useUser } from "../../session/useSession";
import { Page } from "../../ui/Page";
import { Empty, Loading } from "../../ui/states";
import { useActing } from "./acting";

/** A page of the sales side: for whom it acts, whether Metakocka is set up, and then its content. */
export function Sales(props: {
  title: string;
  lead?: ReactNode;
  back?: { to: string; label: string };
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { text } = useText();
  const { organizations } = useUser();
  const { organizationId } = useActing();
  const isMember = organizations.some(({ id }) => id === organizationId);
  const first = organizations[0]?.id;
  useEffect(() => {
    if (!isMember && first !== undefined) actAs({ organizationId: first });
  }, [isMember, first]);
  if (organizations.length === 0) {
    return (
      <Page title={props.title}>
        <Empty
          title={text.sales.noOrganizationTitle}
          action={
            <Button component={Link} to="/organizations" mt="sm">
              {text.common.nav.organizations}
            </Button>
          }
        >
          {text.sales.noOrganization}
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title={props.title}
      lead={props.lead}
      back={props.back}
      actions={isMember ? props.actions : null}
    >
      <Scope />
      {isMember ? (
        <>
          <Standing />
          {props.children}
        </>
      ) : (
        <Loading />
      )}
    </Page>
  );
}

function Scope() {
  const { text } = useText();
  const { organizations } = useUser();
  const { organizationId, testMode } = useActing();
  const t = text.sales;
  return (
    <Group gap="lg">
      <Select
        aria-label={t.organization}
        allowDeselect={false}
        data={organizations.map(({ id, name }) => ({ value: id, label: name }))}
        value={organizationId ?? null}
        onChange={(value) => value && actAs({ organizationId: value })}
        w={240}
      />
      <Tooltip label={t.testModeHelp} multiline maw={280}>
        <Switch
          label={t.testMode}
          checked={testMode}
          onChange={(event) => actAs({ testMode: event.currentTarget.checked })}
        />
      </Tooltip>
    </Group>
  );
}

export function useCredentials() {
  const { key } = useActing();
  return useQuery({
    queryKey: ["metakocka", "credentials", key],
    queryFn: () => api.get("/api/integrations/metakocka/credentials"),
  });
}

/** Says what stops every sync: no key, or one that Metakocka refuses. */
function Standing() {
  const { text } = useText();
  const { data } = useCredentials();
  const { testMode } = useActing();
  const t = text.sales;
  if (!data || testMode) return null;
  const toSettings = (
    <Link className="text-link" to="/metakocka/settings">
      {t.setUp}
    </Link>
  );
  if (!data.configured) {
    return (
      <Alert color="blue">
        {t.notConfigured} {toSettings}
      </Alert>
    );
  }
  if (!data.paused) return null;
  return (
    <Alert color="red" title={t.paused} role="alert">
      {data.reason} {toSettings}
    </Alert>
  );
}
