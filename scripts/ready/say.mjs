const locale = process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || ''
const chinese = locale.toLowerCase().startsWith('zh')

/**
 * The sentence in the language of the terminal.
 * @param {string} zh
 * @param {string} en
 */
export function words(zh, en) {
  return chinese ? zh : en
}

/**
 * Tells the person at the terminal. Always on stderr: stdout belongs to the program that is being started,
 * whose last line may be JSON that another program reads.
 * @param {string} zh
 * @param {string} en
 */
export function say(zh, en) {
  process.stderr.write(`${words(zh, en)}\n`)
}

/** The machine is not ready, and the message says what a person can do about it. No stack is shown. */
export class Unready extends Error {
  /**
   * @param {string} zh
   * @param {string} en
   */
  constructor(zh, en) {
    super(words(zh, en))
    this.name = 'Unready'
  }
}
