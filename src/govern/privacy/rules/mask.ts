import type { PersonalKind } from '../contract.ts'

/**
 * What a person without the right to see it sees: enough to tell two customers apart on a screen, never enough to
 * reach one. Blank stays blank. Numbers of letters are kept where the kind has a fixed form.
 */
export function mask(kind: PersonalKind, value: string): string {
  const plain = value.trim()
  return plain === '' ? '' : masks[kind](plain)
}

const masks: Record<PersonalKind, (value: string) => string> = {
  // 138****0000, +852****4567
  mobile(value) {
    const bare = value.replace(/[\s().-]/g, '')
    const local = /^(?:\+?86)?(1\d{10})$/.exec(bare)?.[1]
    if (local) return `${local.slice(0, 3)}****${local.slice(-4)}`
    const foreign = /^(\+\d{1,3})\d{8,}$/.exec(bare)
    return foreign ? `${foreign[1]}****${bare.slice(-4)}` : ends(bare, 2, 2)
  },
  name,
  // 110***********1234
  certificate: (value) => (/^\d{17}[\dXx]$/.test(value) ? ends(value, 3, 4) : ends(value, 1, 2)),
  // 6222 **** **** 1234, whatever its length
  card(value) {
    const bare = value.replace(/[\s-]/g, '')
    return bare.length >= 12 ? `${bare.slice(0, 4)} **** **** ${bare.slice(-4)}` : ends(bare, 0, 2)
  },
  // a***@x.com
  email(value) {
    const at = value.lastIndexOf('@')
    if (at < 1) return '***'
    const local = [...value.slice(0, at)]
    return `${local.length > 1 ? local[0] : ''}***${value.slice(at)}`
  },
  // 北京市朝阳区****
  address(value) {
    const letters = [...value]
    const known = [...(region.exec(value)?.[0] ?? '')].length
    // An address that ends with its district, or of no known shape, shows a quarter.
    const shown = known > 0 && letters.length - known >= 4 ? known : Math.floor(letters.length / 4)
    return `${letters.slice(0, shown).join('')}****`
  },
  openid: (value) => (value.length >= 16 ? `${value.slice(0, 4)}****${value.slice(-4)}` : '****'),
}

/** Down to the district: a province, a city or both, then a district or county; not the name of an estate (小区). */
const region =
  /^(?:\S{2,7}?(?:省|自治区)(?:\S{2,7}?(?:市|自治州|地区|盟))?|\S{2,7}?(?:市|自治州|地区|盟))(?:\S{1,7}?(?:(?<!小)区|县|旗))?/u

/** Surnames of two characters, the common ones of the census; others are masked after their first. */
const doubleSurnames = new Set(
  '欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 东门 西门'.split(
    ' ',
  ),
)

/** 张*, 王**, 欧阳**, 阿***·*** for a name with a dot, Z*** for one in Latin letters. */
function name(value: string): string {
  const letters = [...value]
  if (letters.length === 1) return '*'
  if (/\p{Script=Latin}/u.test(letters[0] ?? '') || value.includes(' ')) return `${letters[0]}***`
  const shown = letters.length > 2 && doubleSurnames.has(letters.slice(0, 2).join('')) ? 2 : 1
  return letters.map((letter, place) => (place < shown || letter === '·' ? letter : '*')).join('')
}

/** Keeps so many characters at both ends, fewer where the value is short: never more than half of it is shown. */
function ends(value: string, head: number, tail: number): string {
  const letters = [...value]
  if (letters.length === 0) return '****'
  const most = Math.floor(letters.length / 2)
  const end = Math.min(tail, most)
  const start = Math.min(head, most - end)
  const hidden = '*'.repeat(letters.length - start - end)
  return letters.slice(0, start).join('') + hidden + letters.slice(letters.length - end).join('')
}
