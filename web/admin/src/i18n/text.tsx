import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { en, type Messages } from "./en";

export type Language = "en" | "id";

const KEY = "lockstep.language";
const LOCALES: Record<Language, string> = { en: "en-GB", id: "id-ID" };

interface Text {
  language: Language;
  locale: string;
  text: Messages;
  speak: (language: Language) => void;
}

const TextContext = createContext<Text | undefined>(undefined);

function preferred(): Language {
  const kept = window.localStorage.getItem(KEY);
  if (kept === "en" || kept === "id") return kept;
  return navigator.language.toLowerCase().startsWith("id") ? "id" : "en";
}

/** Speaks English at once; Indonesian as soon as its words are loaded. */
export function TextProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(preferred);
  const [words, setWords] = useState<{ language: Language; text: Messages } | undefined>(
    language === "en" ? { language: "en", text: en } : undefined,
  );

  useEffect(() => {
    let current = true;
    document.documentElement.lang = language;
    if (language === "en") {
      setWords({ language, text: en });
    } else {
      void import("./id").then(({ id }) => {
        if (current) setWords({ language, text: id });
      });
    }
    return () => {
      current = false;
    };
  }, [language]);

  const value = useMemo<Text | undefined>(
    () =>
      words && {
        language: words.language,
        locale: LOCALES[words.language],
        text: words.text,
        speak: (next) => {
          window.localStorage.setItem(KEY, next);
          setLanguage(next);
        },
      },
    [words],
  );
  return value ? <TextContext value={value}>{children}</TextContext> : null;
}

export function useText(): Text {
  const text = useContext(TextContext);
  if (!text) throw new Error("outside of the TextProvider");
  return text;
}
