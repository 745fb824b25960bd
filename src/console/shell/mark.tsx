/** The sign of the house: a Z whose last stroke ends in a gold point, knowing that arrives at doing. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" fill="#0b7285" />
      <path
        d="M9 10h14L10.5 22H23"
        fill="none"
        stroke="#fff"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="23" cy="22" r="2.6" fill="#f2b84b" />
    </svg>
  )
}
