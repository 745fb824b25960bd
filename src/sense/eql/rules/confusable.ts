/** Letters of Greek and Cyrillic that cannot be told from Latin ones on a screen. */
const latinOf = new Map(
  [...'аaеeоoрpсcхxуyіiјjѕsһhԁdԛqԝwАAВBЕEКKМMНHОOРPСCТTХXУYІIЈJЅSΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXοoνvαa'].flatMap(
    (char, i, all) => (i % 2 === 0 ? [[char, all[i + 1] ?? ''] as const] : []),
  ),
)
const latin = /[A-Za-z]/u
const ascii = /^\p{ASCII}*$/u

/** What a word looks like, if it mixes Latin letters with look-alikes or has full-width ones; otherwise undefined. */
export function looksLike(word: string): string | undefined {
  const narrow = /[\uff01-\uff5e]/u.test(word) ? word.normalize('NFKC') : word
  const plain = [...narrow].map((char) => latinOf.get(char) ?? char).join('')
  if (plain === word) return undefined
  return narrow !== word || latin.test(word) || ascii.test(plain) ? plain : undefined
}
