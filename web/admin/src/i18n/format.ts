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
  /** The time where it was today, else the day too. */
  when: (iso: string) => string;
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
    return {
      number: (value) => number.format(value),
      percent: (share) => percent.format(share),
      money: (value, currency) => money(locale, value, currency),
      amount: (value) => amount.format(value),
      moment: (iso) => (iso ? moment.format(new Date(iso)) : "–"),
      day: (iso) => day.format(new Date(iso)),
      shortDay: (date) => shortDay.format(date),
      time: (iso) => time.format(new Date(iso)),
      when: (iso) => {
        const date = new Date(iso);
        const isToday = date.toDateString() === new Date().toDateString();
        return isToday ? time.format(date) : moment.format(date);
      },
    };
  }, [locale]);
}
