import { useMemo } from "react";
import { useText } from "./text";

export interface Format {
  number: (value: number) => string;
  percent: (share: number) => string;
  money: (amount: number, currency: string) => string;
  /** Money of several currencies, or of one that is not known. */
  amount: (amount: number) => string;
  moment: (iso: string | null | undefined) => string;
  day: (iso: string | Date) => string;
  shortDay: (date: Date) => string;
  time: (iso: string | Date) => string;
  ago: (iso: string, now?: number) => string;
}

function money(locale: string, amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat(locale, {
      style: "currency",
      currency,
    }).format(amount);
  } catch {
    // A shop may call its currency what it likes, such as L.E.
    const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 4 });
    return `${number.format(amount)} ${currency}`;
  }
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

/** Numbers, money and times as the chosen language writes them. */
export function useFormat(): Format {
  const { locale } = useText();
  return useMemo(() => {
    const number = new Intl.NumberFormat(locale);
    const amount = new Intl.NumberFormat(locale, { minimumFractionDigits: 2 });
    const percent = new Intl.NumberFormat(locale, {
      style: "percent",
      maximumFractionDigits: 1,
    });
    const moment = new Intl.DateTimeFormat(locale, {
      dateStyle: "medium",
      timeStyle: "short",
    });
    const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
    const shortDay = new Intl.DateTimeFormat(locale, {
      day: "numeric",
      month: "short",
    });
    const time = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
    const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
    return {
      number: (value) => number.format(value),
      percent: (share) => percent.format(share),
      money: (value, currency) => money(locale, value, currency),
      amount: (value) => amount.format(value),
      moment: (iso) => (iso ? moment.format(new Date(iso)) : "–"),
      day: (iso) => day.format(new Date(iso)),
      shortDay: (date) => shortDay.format(date),
      time: (iso) => time.format(new Date(iso)),
      ago: (iso, now = Date.now()) => {
        const difference = Date.parse(iso) - now;
        const [unit, size] = STEPS.find(([, size]) => Math.abs(difference) >= size) ?? [
          "second",
          1000,
        ];
        return relative.format(Math.trunc(difference / size), unit);
      },
    };
  }, [locale]);
}
