/** Providers repeat the address that they refuse: it stands in no log, no event and on no screen. */
export function withoutAddresses(words: string): string {
  return words.replace(/[^\s<>"',;:()]+@[^\s<>"',;:()]+/g, '…@…').replace(/\+?\d[\d -]{5,}\d/g, '…')
}
