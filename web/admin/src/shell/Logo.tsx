export function Logo({ size = 30 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#0b7285" />
      <path
        d="M9 8v13a3 3 0 0 0 3 3h5"
        fill="none"
        stroke="#fff"
        strokeWidth="3.4"
        strokeLinecap="round"
      />
      <path
        d="M23 24V11a3 3 0 0 0-3-3h-5"
        fill="none"
        stroke="#66d9e8"
        strokeWidth="3.4"
        strokeLinecap="round"
      />
    </svg>
  );
}
