import {
  Alert,
  Box,
  Button,
  Group,
  List,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconCheck } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { Navigate, useSearchParams } from "react-router";
import { LockstepError } from "../api/client";
import { useText } from "../i18n/text";
import { signIn } from "../session/session";
import { useSession } from "../session/useSession";
import { LanguageMenu, SchemeToggle } from "../shell/HeaderTools";
import { Logo } from "../shell/Logo";
import { sentence } from "../ui/failure";

const DEMO_EMAIL = "admin@lockstep.demo";
const DEMO_PASSWORD = "lockstep-demo";
/** Only where the gateway says so: a stranger finds in. */
const IS_DEMO =
  document.querySelector<HTMLMetaElement>('meta[name="lockstep-demo"]')?.content === "true";

/** Where to go afterwards: only to a page of the panel. */
function target(next: string | null): string {
  return next?.startsWith("/") && !next.startsWith("//") ? next : "/";
}

export function SignIn() {
  const { text } = useText();
  const session = useSession();
  const [params] = useSearchParams();
  useEffect(() => {
    document.title = `${text.session.title} · Lockstep`;
  }, [text]);
  if (session.kind === "signed-in") return <Navigate to={target(params.get("next"))} replace />;
  return (
    <Box className="sign-in">
      <Box className="sign-in-story" component="aside">
        <Group gap="sm">
          <Logo size={40} />
          <Text fw={750} fz={26}>
            Lockstep
          </Text>
        </Group>
        <Text fz="xl" fw={600} mt="xl" maw="26rem">
          {text.session.lead}
        </Text>
        <List mt="lg" spacing="sm" icon={<IconCheck size={18} aria-hidden />} visibleFrom="sm">
          {text.session.points.map((point) => (
            <List.Item key={point}>{point}</List.Item>
          ))}
        </List>
      </Box>
      <Box component="main" className="sign-in-main">
        <Group justify="flex-end" gap={4}>
          <LanguageMenu />
          <SchemeToggle />
        </Group>
        <Stack justify="center" flex={1} maw={380} w="100%" mx="auto">
          <Title order={1} size="h2">
            {text.session.title}
          </Title>
          {IS_DEMO ? (
            <Alert color="petrol" role="note" title={text.demo.signInTitle}>
              {text.demo.signIn(DEMO_EMAIL, DEMO_PASSWORD)}
            </Alert>
          ) : null}
          <SignInForm expired={session.kind === "anonymous" && session.expired} />
        </Stack>
      </Box>
    </Box>
  );
}

function SignInForm({ expired }: { expired: boolean }) {
  const { text } = useText();
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const form = useForm({
    initialValues: { email: "", password: "" },
    validate: {
      email: (value) => (value.trim() ? null : text.session.required),
      password: (value) => (value ? null : text.session.required),
    },
  });
  const submit = form.onSubmit(async ({ email, password }) => {
    setBusy(true);
    setFailure(undefined);
    try {
      const user = await signIn(email.trim(), password);
      if (user.role !== "admin") setFailure(text.session.notAdmin);
    } catch (error) {
      const wait = error instanceof LockstepError ? error.retryAfter : undefined;
      setFailure(wait === undefined ? sentence(error, text) : text.session.wait(wait));
      form.setFieldValue("password", "");
    } finally {
      setBusy(false);
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {expired && !failure ? (
          <Alert color="yellow" role="status">
            {text.session.expired}
          </Alert>
        ) : null}
        {failure ? (
          <Alert color="red" role="alert">
            {failure}
          </Alert>
        ) : null}
        <TextInput
          label={text.session.email}
          type="email"
          name="email"
          autoComplete="username"
          autoFocus
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label={text.session.password}
          name="password"
          autoComplete="current-password"
          {...form.getInputProps("password")}
        />
        <Button type="submit" loading={busy} fullWidth mt="xs">
          {text.session.submit}
        </Button>
      </Stack>
    </form>
  );
}
