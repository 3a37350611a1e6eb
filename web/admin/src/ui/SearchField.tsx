import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useText } from "../i18n/text";

/** Searches while one types, when a short pause says that the word is whole. */
export function SearchField(props: {
  value: string | undefined;
  onSearch: (value: string) => void;
  label?: string;
}) {
  const { text } = useText();
  const [typed, setTyped] = useState(props.value ?? "");
  const search = useDebouncedCallback(props.onSearch, 300);
  useEffect(() => setTyped(props.value ?? ""), [props.value]);
  return (
    <TextInput
      type="search"
      aria-label={props.label ?? text.common.search}
      placeholder={props.label ?? text.common.search}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        search(event.currentTarget.value.trim());
      }}
      className="filter-search"
    />
  );
}
